//! The form of each type of the contract. The fields are taken apart one by one,
//! so that a type which grows does not compile until its form has grown.

use serde_json::{Map, Value as Json, json};

use crate::{
    Blueprint, ChoiceType, ClassicHealthCheck, ClassicLoadBalancer, ConnectionDraining,
    ConnectionSettings, ContainerDefinition, ContainerHealthCheck, CrossZoneLoadBalancing,
    DependencyDeclaration, DeploymentConfiguration, Diagnostic, DockerVolumeConfiguration,
    EfsVolumeConfiguration, Endpoint, EndpointBinding, HostVolume, IntegerType, ListType, Listener,
    ListenerProtocol, LoadBalancer, LoadBalancerAttributes, LogConfiguration, Manifest, MountPoint,
    Parameter, ParameterType, PortMapping, RollbackClass, Scheme, Service, ServiceLoadBalancer,
    Severity, TaskDefinition, TextType, TransportProtocol, Ulimit, Volume,
};

/// A value in the contract's own spelling.
pub(super) trait ToJson {
    fn to_json(&self) -> Json;
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::to_json)
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Json {
        self.iter().map(T::to_json).collect()
    }
}

impl ToJson for (String, String) {
    fn to_json(&self) -> Json {
        json!([self.0, self.1])
    }
}

/// Types that JSON has too.
macro_rules! plain {
    ($($type:ty),*) => { $(
        impl ToJson for $type {
            fn to_json(&self) -> Json {
                json!(self)
            }
        }
    )* };
}

/// Records: an object of all fields.
macro_rules! records {
    ($($record:ident { $($field:ident),* })*) => { $(
        impl ToJson for $record {
            fn to_json(&self) -> Json {
                let Self { $($field),* } = self;
                Json::Object(Map::from_iter([
                    $((stringify!($field).replace('_', "-"), $field.to_json())),*
                ]))
            }
        }
    )* };
}

/// Enums: the name of the case.
macro_rules! enums {
    ($($enum:ident { $($case:ident = $name:literal),* })*) => { $(
        impl ToJson for $enum {
            fn to_json(&self) -> Json {
                match self {
                    $(Self::$case => json!($name)),*
                }
            }
        }
    )* };
}

/// Variants: the name of a case without a payload, an object of one field for the others.
macro_rules! variants {
    ($($variant:ident { $empty:ident = $empty_name:literal, $($case:ident = $name:literal),* })*) => { $(
        impl ToJson for $variant {
            fn to_json(&self) -> Json {
                match self {
                    Self::$empty => json!($empty_name),
                    $(Self::$case(payload) => json!({ $name: payload.to_json() })),*
                }
            }
        }
    )* };
}

plain! { bool, i32, u32, String }

records! {
    Diagnostic { severity, path, message, hint }
    TextType { pattern, format, default }
    IntegerType { min, max, default }
    ChoiceType { choices, default }
    ListType { max_items, pattern, format, default }
    Parameter { name, description, required, accepts }
    Endpoint { name, scheme, description }
    DependencyDeclaration { name, description, optional }
    Manifest {
        name, version, summary, parameters, endpoints, dependencies, capabilities, rollback, extra
    }
    PortMapping { container_port, host_port, protocol, name, extra }
    MountPoint { source_volume, container_path, read_only, extra }
    Ulimit { name, soft_limit, hard_limit, extra }
    LogConfiguration { log_driver, options, extra }
    ContainerHealthCheck { command, interval, timeout, retries, start_period, extra }
    ContainerDefinition {
        name, image, cpu, memory, memory_reservation, essential, entry_point, command,
        environment, secrets, port_mappings, mount_points, ulimits, log_configuration,
        health_check, user, working_directory, stop_timeout, readonly_root_filesystem,
        docker_labels, extra
    }
    HostVolume { source_path, extra }
    DockerVolumeConfiguration { scope, autoprovision, driver, driver_opts, labels, extra }
    EfsVolumeConfiguration { file_system_id, root_directory, transit_encryption, extra }
    Volume { name, host, docker_volume_configuration, efs_volume_configuration, extra }
    TaskDefinition {
        family, network_mode, cpu, memory, task_role_arn, execution_role_arn,
        container_definitions, volumes, tags, extra
    }
    Listener { protocol, load_balancer_port, instance_protocol, instance_port, ssl_certificate_id }
    ClassicHealthCheck { target, interval, timeout, unhealthy_threshold, healthy_threshold }
    CrossZoneLoadBalancing { enabled }
    ConnectionDraining { enabled, timeout }
    ConnectionSettings { idle_timeout }
    LoadBalancerAttributes {
        cross_zone_load_balancing, connection_draining, connection_settings, extra
    }
    ClassicLoadBalancer {
        load_balancer_name, scheme, listeners, health_check, attributes, tags, extra
    }
    ServiceLoadBalancer { container_name, container_port, extra }
    DeploymentConfiguration { minimum_healthy_percent, maximum_percent, extra }
    Service {
        service_name, desired_count, load_balancers, deployment_configuration,
        health_check_grace_period_seconds, scheduling_strategy, tags, extra
    }
    EndpointBinding { name, load_balancer_port }
    Blueprint { task_definition, load_balancer, service, endpoints, warnings }
}

enums! {
    Severity { Error = "error", Warning = "warning" }
    RollbackClass { Manual = "manual", Automatic = "automatic" }
    TransportProtocol { Tcp = "tcp", Udp = "udp" }
    Scheme { Internal = "internal", InternetFacing = "internet-facing" }
    ListenerProtocol { Tcp = "tcp", Http = "http", Https = "https", Ssl = "ssl" }
}

variants! {
    ParameterType {
        Secret = "secret", Text = "text", Integer = "integer", Boolean = "boolean", Choice =
        "choice", TextList = "text-list"
    }
    LoadBalancer { Absent = "absent", Classic = "classic", Other = "other" }
}
