//! Short ways to the records that recipes use most. What they leave out is
//! absent; for the rest there is `..Default::default()`.

use crate::{
    Argument, ClassicHealthCheck, ContainerDefinition, DockerVolumeConfiguration,
    EfsVolumeConfiguration, HostVolume, Listener, ListenerProtocol, MountPoint, PortMapping,
    Secret, ServiceLoadBalancer, TransportProtocol, Value, Volume,
};

/// Arguments of each type, for tests.
impl Argument {
    /// A text, or the word of a choice.
    #[must_use]
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: Value::Text(value.into()),
        }
    }

    /// A whole number.
    #[must_use]
    pub fn integer(name: impl Into<String>, value: i32) -> Self {
        Self {
            name: name.into(),
            value: Value::Integer(value),
        }
    }

    /// True or false.
    #[must_use]
    pub fn boolean(name: impl Into<String>, value: bool) -> Self {
        Self {
            name: name.into(),
            value: Value::Boolean(value),
        }
    }

    /// A list of texts.
    #[must_use]
    pub fn list<'a>(name: impl Into<String>, items: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            name: name.into(),
            value: Value::TextList(items.into_iter().map(str::to_owned).collect()),
        }
    }

    /// The token of a secret.
    #[must_use]
    pub fn secret(name: impl Into<String>, token: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: Value::Secret(token.into()),
        }
    }
}

impl ContainerDefinition {
    /// An essential container that runs `image`.
    #[must_use]
    pub fn new(name: impl Into<String>, image: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            image: image.into(),
            essential: Some(true),
            ..Self::default()
        }
    }

    /// Adds a variable, readable by everyone who may describe the task definition.
    pub fn set_variable(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.environment.push((name.into(), value.into()));
    }

    /// Adds a variable whose value ECS reads from the secret's store.
    pub fn set_secret(&mut self, name: impl Into<String>, secret: Secret<'_>) {
        self.secrets.push((name.into(), secret.token()));
    }
}

impl PortMapping {
    /// A TCP port of the container on a fixed port of the instance, both 1 to
    /// 65535: what a classic load balancer needs.
    #[must_use]
    pub fn tcp(container_port: u32, host_port: u32) -> Self {
        Self {
            container_port,
            host_port: Some(host_port),
            protocol: TransportProtocol::Tcp,
            name: None,
            extra: None,
        }
    }
}

impl MountPoint {
    /// A volume of the task at an absolute path in the container, writable.
    #[must_use]
    pub fn new(source_volume: impl Into<String>, container_path: impl Into<String>) -> Self {
        Self {
            source_volume: source_volume.into(),
            container_path: container_path.into(),
            ..Self::default()
        }
    }
}

impl Volume {
    /// A volume that is new for every task: its data is lost with the task.
    #[must_use]
    pub fn task(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            ..Self::default()
        }
    }

    /// A folder of the container instance, by its absolute path.
    #[must_use]
    pub fn host(name: impl Into<String>, source_path: impl Into<String>) -> Self {
        let host = HostVolume {
            source_path: Some(source_path.into()),
            extra: None,
        };
        Self {
            name: name.into(),
            host: Some(host),
            ..Self::default()
        }
    }

    /// The docker volume `name` of the container instance, made where it is
    /// missing and shared by all tasks there that name it. `driver` is `local`,
    /// or a plugin on the instance.
    #[must_use]
    pub fn docker(name: impl Into<String>, driver: impl Into<String>) -> Self {
        let docker = DockerVolumeConfiguration {
            scope: Some("shared".to_owned()),
            autoprovision: Some(true),
            driver: Some(driver.into()),
            ..DockerVolumeConfiguration::default()
        };
        Self {
            name: name.into(),
            docker_volume_configuration: Some(docker),
            ..Self::default()
        }
    }

    /// The file system `fs-…` of EFS, over an encrypted connection.
    #[must_use]
    pub fn efs(name: impl Into<String>, file_system_id: impl Into<String>) -> Self {
        let efs = EfsVolumeConfiguration {
            file_system_id: file_system_id.into(),
            transit_encryption: Some("ENABLED".to_owned()),
            ..EfsVolumeConfiguration::default()
        };
        Self {
            name: name.into(),
            efs_volume_configuration: Some(efs),
            ..Self::default()
        }
    }
}

impl Listener {
    /// TCP on both sides, ports 1 to 65535.
    #[must_use]
    pub fn tcp(load_balancer_port: u32, instance_port: u32) -> Self {
        Self {
            protocol: ListenerProtocol::Tcp,
            load_balancer_port,
            instance_protocol: Some(ListenerProtocol::Tcp),
            instance_port,
            ssl_certificate_id: None,
        }
    }
}

impl ClassicHealthCheck {
    /// A check of `target` (`TCP:6379`, `HTTP:9200/`) every `interval` seconds,
    /// 5 to 300, that two answers decide either way. AWS wants the timeout to be
    /// shorter than the interval: 5 seconds, or one less than the interval.
    #[must_use]
    pub fn new(target: impl Into<String>, interval: u32) -> Self {
        let timeout = interval.saturating_sub(1).min(5);
        Self {
            target: target.into(),
            interval,
            timeout,
            unhealthy_threshold: 2,
            healthy_threshold: 2,
        }
    }
}

impl ServiceLoadBalancer {
    /// The container and the port of it that the load balancer leads to.
    #[must_use]
    pub fn new(container_name: impl Into<String>, container_port: u32) -> Self {
        Self {
            container_name: container_name.into(),
            container_port,
            extra: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_health_check_times_out_before_the_next_one() {
        let timeout = |interval| ClassicHealthCheck::new("TCP:80", interval).timeout;
        assert_eq!([5, 6, 10, 300].map(timeout), [4, 5, 5, 5]);
    }
}
