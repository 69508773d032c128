//! What recipes say, in our own types: the manifest and the blueprint.
//!
//! The types mirror the newest `wit/v*/recipe.wit` field by field; a test walks
//! both and finds them equal. Every field has a default, so that a recipe built
//! for an older contract reads as one that left the newer fields out, and an
//! unknown field that is set is an error. The words of the contract are the
//! documentation of the fields; they are not repeated here.
//!
//! A record that becomes an AWS object serialises to that object, in AWS's own
//! names, without its `extra`; [`crate::lower`] adds that.

use serde::{Deserialize, Serialize, Serializer};

use crate::diag::Diagnostic;

/// Name and value, as recipes say what AWS calls a map or a list of pairs.
pub type Pair = (String, String);

// ---------------------------------------------------------------- manifest

/// What `describe` returns.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manifest {
    pub name: String,
    pub version: String,
    pub summary: String,
    pub parameters: Vec<Parameter>,
    pub endpoints: Vec<Endpoint>,
    pub dependencies: Vec<DependencyDeclaration>,
    pub capabilities: Vec<String>,
    pub rollback: RollbackClass,
    pub extra: Option<String>,
}

/// Something that whoever runs the recipe may set.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Parameter {
    pub name: String,
    pub description: String,
    pub required: bool,
    pub accepts: ParameterType,
}

/// What a parameter accepts, its bounds and its default.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterType {
    #[default]
    Secret,
    Text(TextType),
    Integer(IntegerType),
    Boolean(Option<bool>),
    Choice(ChoiceType),
    TextList(ListType),
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct TextType {
    pub pattern: Option<String>,
    pub format: Option<String>,
    pub default: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct IntegerType {
    pub min: i32,
    pub max: i32,
    pub default: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChoiceType {
    pub choices: Vec<String>,
    pub default: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct ListType {
    pub max_items: u32,
    pub pattern: Option<String>,
    pub format: Option<String>,
    pub default: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Endpoint {
    pub name: String,
    pub scheme: String,
    pub description: String,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct DependencyDeclaration {
    pub name: String,
    pub description: String,
    pub optional: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RollbackClass {
    #[default]
    Manual,
    Automatic,
}

// --------------------------------------------------------------- arguments

/// The value of an argument, as the recipe gets it.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// A token; the ARN stays with the host.
    Secret(String),
    Text(String),
    Integer(i32),
    Boolean(bool),
    TextList(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Argument {
    pub name: String,
    pub value: Value,
}

/// What a recipe is told of where it is going.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Target {
    pub region: String,
    pub cluster: String,
    pub extra: Option<String>,
}

/// An endpoint of another service.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Dependency {
    pub name: String,
    pub address: String,
    pub port: u32,
}

// --------------------------------------------------------------- blueprint

/// What `render` returns.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Blueprint {
    pub task_definition: Option<TaskDefinition>,
    pub load_balancer: LoadBalancer,
    pub service: Option<Service>,
    pub endpoints: Vec<EndpointBinding>,
    pub warnings: Vec<Diagnostic>,
}

/// Which listener an endpoint of the manifest is.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct EndpointBinding {
    pub name: String,
    pub load_balancer_port: u32,
}

/// Declares records that become AWS objects: read in the contract's kebab-case,
/// written in AWS's spelling, unset fields left out.
macro_rules! aws_records {
    ($case:literal: $($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })*) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
        #[serde(default, rename_all(deserialize = "kebab-case", serialize = $case), deny_unknown_fields)]
        pub struct $name {
            $(
                $(#[$field_meta])*
                #[serde(skip_serializing_if = "is_unset")]
                pub $field: $type,
            )*
        }

        impl $name {
            /// The fields that the record types, as the contract spells them but with underscores.
            pub const FIELDS: &'static [&'static str] = &[$(stringify!($field)),*];
        }
    )* };
}

aws_records! { "camelCase":
    /// The body of RegisterTaskDefinition.
    TaskDefinition {
        family: String,
        network_mode: Option<String>,
        #[serde(serialize_with = "number_as_text")]
        cpu: Option<u32>,
        #[serde(serialize_with = "number_as_text")]
        memory: Option<u32>,
        task_role_arn: Option<String>,
        execution_role_arn: Option<String>,
        container_definitions: Vec<ContainerDefinition>,
        volumes: Vec<Volume>,
        #[serde(serialize_with = "pairs_as_tags")]
        tags: Vec<Pair>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `containerDefinitions[]`.
    ContainerDefinition {
        name: String,
        image: String,
        cpu: Option<u32>,
        memory: Option<u32>,
        memory_reservation: Option<u32>,
        essential: Option<bool>,
        entry_point: Vec<String>,
        command: Vec<String>,
        #[serde(serialize_with = "pairs_as_environment")]
        environment: Vec<Pair>,
        #[serde(serialize_with = "pairs_as_secrets")]
        secrets: Vec<Pair>,
        port_mappings: Vec<PortMapping>,
        mount_points: Vec<MountPoint>,
        ulimits: Vec<Ulimit>,
        log_configuration: Option<LogConfiguration>,
        health_check: Option<ContainerHealthCheck>,
        user: Option<String>,
        working_directory: Option<String>,
        stop_timeout: Option<u32>,
        readonly_root_filesystem: Option<bool>,
        #[serde(serialize_with = "pairs_as_map")]
        docker_labels: Vec<Pair>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `portMappings[]`.
    PortMapping {
        container_port: u32,
        host_port: Option<u32>,
        protocol: TransportProtocol,
        name: Option<String>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `mountPoints[]`.
    MountPoint {
        source_volume: String,
        container_path: String,
        read_only: bool,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `ulimits[]`.
    Ulimit {
        name: String,
        soft_limit: u32,
        hard_limit: u32,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `logConfiguration`.
    LogConfiguration {
        log_driver: String,
        #[serde(serialize_with = "pairs_as_map")]
        options: Vec<Pair>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `healthCheck` of a container.
    ContainerHealthCheck {
        command: Vec<String>,
        interval: Option<u32>,
        timeout: Option<u32>,
        retries: Option<u32>,
        start_period: Option<u32>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `volumes[]`.
    Volume {
        name: String,
        host: Option<HostVolume>,
        docker_volume_configuration: Option<DockerVolumeConfiguration>,
        efs_volume_configuration: Option<EfsVolumeConfiguration>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `volumes[].host`.
    HostVolume {
        source_path: Option<String>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `volumes[].dockerVolumeConfiguration`.
    DockerVolumeConfiguration {
        scope: Option<String>,
        autoprovision: Option<bool>,
        driver: Option<String>,
        #[serde(serialize_with = "pairs_as_map")]
        driver_opts: Vec<Pair>,
        #[serde(serialize_with = "pairs_as_map")]
        labels: Vec<Pair>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `volumes[].efsVolumeConfiguration`.
    EfsVolumeConfiguration {
        file_system_id: String,
        root_directory: Option<String>,
        transit_encryption: Option<String>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// The body of CreateService.
    Service {
        service_name: String,
        desired_count: Option<u32>,
        load_balancers: Vec<ServiceLoadBalancer>,
        deployment_configuration: Option<DeploymentConfiguration>,
        health_check_grace_period_seconds: Option<u32>,
        scheduling_strategy: Option<String>,
        #[serde(serialize_with = "pairs_as_tags")]
        tags: Vec<Pair>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `loadBalancers[]` of a service.
    ServiceLoadBalancer {
        container_name: String,
        container_port: u32,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `deploymentConfiguration`.
    DeploymentConfiguration {
        minimum_healthy_percent: Option<u32>,
        maximum_percent: Option<u32>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
}

aws_records! { "PascalCase":
    /// CreateLoadBalancer, and what ConfigureHealthCheck and ModifyLoadBalancerAttributes say after it.
    ClassicLoadBalancer {
        load_balancer_name: String,
        scheme: Scheme,
        listeners: Vec<Listener>,
        #[serde(skip_serializing)]
        health_check: Option<ClassicHealthCheck>,
        #[serde(skip_serializing)]
        attributes: Option<LoadBalancerAttributes>,
        #[serde(serialize_with = "pairs_as_elb_tags")]
        tags: Vec<Pair>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `Listeners[]`.
    Listener {
        protocol: ListenerProtocol,
        load_balancer_port: u32,
        instance_protocol: Option<ListenerProtocol>,
        instance_port: u32,
        #[serde(rename(serialize = "SSLCertificateId"))]
        ssl_certificate_id: Option<String>,
    }
    /// `HealthCheck` of ConfigureHealthCheck.
    ClassicHealthCheck {
        target: String,
        interval: u32,
        timeout: u32,
        unhealthy_threshold: u32,
        healthy_threshold: u32,
    }
    /// `LoadBalancerAttributes` of ModifyLoadBalancerAttributes.
    LoadBalancerAttributes {
        cross_zone_load_balancing: Option<CrossZoneLoadBalancing>,
        connection_draining: Option<ConnectionDraining>,
        connection_settings: Option<ConnectionSettings>,
        #[serde(skip_serializing)]
        extra: Option<String>,
    }
    /// `CrossZoneLoadBalancing`.
    CrossZoneLoadBalancing {
        enabled: bool,
    }
    /// `ConnectionDraining`.
    ConnectionDraining {
        enabled: bool,
        timeout: Option<u32>,
    }
    /// `ConnectionSettings`.
    ConnectionSettings {
        idle_timeout: u32,
    }
}

/// What stands in front of the service.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoadBalancer {
    #[default]
    Absent,
    Classic(ClassicLoadBalancer),
    /// JSON that this version of the contract does not type.
    Other(String),
}

/// The transport of a port.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransportProtocol {
    #[default]
    Tcp,
    Udp,
}

/// What a listener speaks.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all(deserialize = "kebab-case", serialize = "UPPERCASE"))]
pub enum ListenerProtocol {
    #[default]
    Tcp,
    Http,
    Https,
    Ssl,
}

/// Who can reach a load balancer.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    #[default]
    Internal,
    InternetFacing,
}

// ----------------------------------------------------------- serialisation

/// Whether a field says nothing, so that it is left out of the AWS object.
trait Unset {
    fn unset(&self) -> bool;
}

fn is_unset(value: &impl Unset) -> bool {
    value.unset()
}

impl<T> Unset for Option<T> {
    fn unset(&self) -> bool {
        self.is_none()
    }
}

impl<T> Unset for Vec<T> {
    fn unset(&self) -> bool {
        self.is_empty()
    }
}

/// Implements [`Unset`] for types whose every value is worth sending.
macro_rules! always_set {
    ($($type:ty),*) => { $(impl Unset for $type {
        fn unset(&self) -> bool {
            false
        }
    })* };
}
always_set!(
    String,
    u32,
    bool,
    TransportProtocol,
    ListenerProtocol,
    Scheme
);

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
fn number_as_text<S: Serializer>(number: &Option<u32>, serializer: S) -> Result<S::Ok, S::Error> {
    number.map(|it| it.to_string()).serialize(serializer)
}

fn pairs_as_objects<S: Serializer>(
    pairs: &[Pair],
    [name, value]: [&str; 2],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(pairs.iter().map(|(n, v)| {
        serde_json::Map::from_iter([
            (name.to_owned(), n.as_str().into()),
            (value.to_owned(), v.as_str().into()),
        ])
    }))
}

fn pairs_as_tags<S: Serializer>(pairs: &[Pair], serializer: S) -> Result<S::Ok, S::Error> {
    pairs_as_objects(pairs, ["key", "value"], serializer)
}

fn pairs_as_elb_tags<S: Serializer>(pairs: &[Pair], serializer: S) -> Result<S::Ok, S::Error> {
    pairs_as_objects(pairs, ["Key", "Value"], serializer)
}

fn pairs_as_environment<S: Serializer>(pairs: &[Pair], serializer: S) -> Result<S::Ok, S::Error> {
    pairs_as_objects(pairs, ["name", "value"], serializer)
}

fn pairs_as_secrets<S: Serializer>(pairs: &[Pair], serializer: S) -> Result<S::Ok, S::Error> {
    pairs_as_objects(pairs, ["name", "valueFrom"], serializer)
}

/// A name that stands twice is found by [`crate::lower`], which sees the pairs.
fn pairs_as_map<S: Serializer>(pairs: &[Pair], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}
