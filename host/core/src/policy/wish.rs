//! What the user asked for himself: an argument that he typed, for a parameter whose capability and name say what it is.

use std::collections::BTreeMap;

use crate::bounds::NAME;
use crate::policy::ask::{Ask, Need};
use crate::policy::capability::Capability;
use crate::policy::grant::Grant;
use crate::policy::image::Image;
use crate::policy::kind::Kind;
use crate::policy::path::is_system;
use crate::policy::scope::{Scope, is_plain};
use crate::spec::{Manifest, ParameterType};

/// An argument that is as good as a grant, for exactly what it says.
///
/// `host-path:{data-path}:rw` and `--set data-path=/srv/redis` grant `host-path:/srv/redis:rw`: the manifest says what the
/// value is for, and the user typed it. Nothing else is granted so: no default, no part of a longer scope, no parameter
/// whose name says something else, no text that is not declared to be a path where it would be mounted, no folder of the
/// system, and no kind that has power over the instance or in AWS.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Wish {
    /// The name of the parameter.
    pub parameter: String,
    /// What was typed.
    text: String,
    grant: Grant,
}

impl Wish {
    /// Whether it is what is asked for.
    pub fn covers(&self, ask: &Ask) -> bool {
        let Need::Grant(asked) = &ask.need else {
            return false;
        };
        // Of an image the tag counts too: it is what was typed.
        self.grant.covers(asked) && (asked.kind() != Kind::Image || ask.value == self.text)
    }
}

/// The word that a parameter's name must have for its value to be taken as a wish, by the kind of the grant.
pub(super) fn word(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::HostPath => Some("path"),
        Kind::DockerVolume => Some("volume"),
        Kind::DockerDriver => Some("driver"),
        Kind::Efs => Some("efs"),
        Kind::Image => Some("image"),
        Kind::HostPort => Some("port"),
        Kind::Tasks => Some("count"),
        Kind::Cpu => Some("cpu"),
        Kind::Memory => Some("memory"),
        _ => None,
    }
}

/// Words that say that a parameter is about something else, whatever else its name says: who types
/// `health-check-path=/healthz` thinks of a URL, with `mount-path=/data` of the container, with `retry-count` of no tasks.
const OF_OTHERS: [&str; 18] = [
    "attempt",
    "attempts",
    "check",
    "connection",
    "connections",
    "container",
    "health",
    "http",
    "https",
    "inner",
    "inside",
    "internal",
    "mount",
    "retries",
    "retry",
    "thread",
    "threads",
    "url",
];

/// Whether the name of a parameter says that it is what a grant of this kind is about.
fn is_named(parameter: &str, kind: Kind) -> bool {
    let says = |word: &str| parameter.split('-').any(|it| it == word);
    word(kind).is_some_and(says)
        && !OF_OTHERS.into_iter().any(says)
        && !parameter.starts_with("load-balancer")
}

/// Whether a parameter is declared to take what a grant of this kind is about. A path may be one of a URL or of the
/// container, and has to be said to be a path of files.
fn is_declared(manifest: &Manifest, parameter: &str, kind: Kind) -> bool {
    let mut declared = manifest.parameters.iter();
    let declared = declared.find(|it| it.name == parameter);
    declared.is_some_and(|it| match &it.accepts {
        ParameterType::Text(text) => {
            kind != Kind::HostPath || text.format.as_deref() == Some("path")
        }
        _ => kind != Kind::HostPath,
    })
}

/// The wishes of a user who typed these arguments, as text by the name of the parameter.
pub fn wishes(manifest: &Manifest, typed: &BTreeMap<String, String>) -> Vec<Wish> {
    let read = manifest.capabilities.iter();
    let read = read.filter_map(|it| Capability::read(it).ok());
    read.filter_map(|it| wish(manifest, &it, typed)).collect()
}

fn wish(
    manifest: &Manifest,
    capability: &Capability,
    typed: &BTreeMap<String, String>,
) -> Option<Wish> {
    let (parameter, behind) = capability.parameter()?;
    let kind = capability.kind();
    if !is_named(parameter, kind) || !is_declared(manifest, parameter, kind) {
        return None;
    }
    let text = typed.get(parameter).filter(|it| is_fit(it))?;
    let grant = match kind {
        Kind::Image => {
            let image = Image::read(text);
            let scope = Scope::Image {
                repository: image.repository,
                digest: image.is_pinned,
            };
            Grant::new(kind, scope)?
        }
        _ => format!("{}:{text}{behind}", kind.word()).parse().ok()?,
    };
    if grant.path().is_some_and(is_system) {
        return None;
    }
    Some(Wish {
        parameter: parameter.to_owned(),
        text: text.clone(),
        grant,
    })
}

/// Whether the text is shown as it is, and stands for nothing but itself.
fn is_fit(text: &str) -> bool {
    is_plain(text) && text.len() <= NAME && text.is_ascii()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::policy::{Body, asks};
    use crate::request::Operation;
    use crate::spec::{ChoiceType, Parameter, TextType};

    /// A text parameter: of the format `path` where its name says so.
    fn parameter(name: &str) -> Parameter {
        let format = name.contains("path").then(|| "path".to_owned());
        Parameter {
            name: name.to_owned(),
            accepts: ParameterType::Text(TextType {
                format,
                ..TextType::default()
            }),
            ..Parameter::default()
        }
    }

    fn is_wished(capability: &str, typed: &[(&str, &str)], body: &Value) -> bool {
        let parameters = typed.iter().map(|(name, _)| parameter(name));
        is_wished_of(parameters.collect(), capability, typed, body)
    }

    fn is_wished_of(
        parameters: Vec<Parameter>,
        capability: &str,
        typed: &[(&str, &str)],
        body: &Value,
    ) -> bool {
        let manifest = Manifest {
            parameters,
            capabilities: vec![capability.to_owned()],
            ..Manifest::default()
        };
        let typed = typed
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let wishes = wishes(&manifest, &typed.collect());
        let asks = asks([Body {
            operation: Operation::RegisterTaskDefinition,
            at: "",
            value: body,
        }]);
        assert!(!asks.is_empty(), "{body}");
        asks.iter()
            .all(|ask| wishes.iter().any(|it| it.covers(ask)))
    }

    fn mount(path: &str) -> Value {
        json!({"volumes": [{"name": "data", "host": {"sourcePath": path}}]})
    }

    fn image(name: &str) -> Value {
        json!({"containerDefinitions": [{"name": "web", "image": name}]})
    }

    #[test]
    fn what_was_typed_for_a_parameter_that_says_so_is_granted() {
        let path = "host-path:{data-path}:rw";
        for (capability, parameter, value, body) in [
            (path, "data-path", "/srv/redis", mount("/srv/redis")),
            (path, "data-path", "/data", mount("/data/redis")),
            (
                "image:{image}",
                "image",
                "ghcr.io/acme/app:1",
                image("ghcr.io/acme/app:1"),
            ),
            (
                "efs:{data-efs}",
                "data-efs",
                "fs-1",
                json!({"volumes": [{"name": "d", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]}),
            ),
            (
                "memory:{memory}",
                "memory",
                "65536",
                json!({"containerDefinitions": [{"name": "w", "memory": 65536}]}),
            ),
            (
                "host-port:{port}",
                "port",
                "80",
                json!({"containerDefinitions": [{"name": "w", "portMappings": [{"containerPort": 80, "hostPort": 80}]}]}),
            ),
        ] {
            assert!(
                is_wished(capability, &[(parameter, value)], &body),
                "{capability} {value}"
            );
            assert!(
                !is_wished(capability, &[], &body),
                "a default is the recipe's: {capability}"
            );
            assert!(
                !is_wished(capability, &[("other", value)], &body),
                "{capability}"
            );
        }
    }

    #[test]
    fn nothing_else_is() {
        let path = "host-path:{data-path}:rw";
        for (capability, parameter, value, body) in [
            // Not what was typed.
            (path, "data-path", "/srv/redis", mount("/srv/mysql")),
            (
                "host-path:{data-path}:ro",
                "data-path",
                "/srv/redis",
                mount("/srv/redis"),
            ),
            (
                "image:{image}",
                "image",
                "ghcr.io/acme/app:1",
                image("ghcr.io/acme/app:2"),
            ),
            (
                "image:{image}",
                "image",
                "ghcr.io/acme",
                image("ghcr.io/acme/app"),
            ),
            ("image:{image}", "image", "*", image("ghcr.io/acme/app")),
            // Only part of the scope was typed, or no parameter.
            (
                "host-path:/srv/{data-path}:rw",
                "data-path",
                "redis",
                mount("/srv/redis"),
            ),
            (
                "host-path:/srv/redis:rw",
                "data-path",
                "/srv/redis",
                mount("/srv/redis"),
            ),
            ("host-path", "data-path", "/srv/redis", mount("/srv/redis")),
            // The name of the parameter says something else.
            (
                "host-path:{folder}:rw",
                "folder",
                "/srv/redis",
                mount("/srv/redis"),
            ),
            (
                "memory:{port}",
                "port",
                "65535",
                json!({"containerDefinitions": [{"name": "w", "memory": 65535}]}),
            ),
            // What no argument grants.
            (
                "task-role:{task-role}",
                "task-role",
                "arn:aws:iam::123456789012:role/a",
                json!({"taskRoleArn": "arn:aws:iam::123456789012:role/a"}),
            ),
            (
                "linux-capability:{path}",
                "path",
                "SYS_ADMIN",
                json!({"containerDefinitions": [{"name": "w", "linuxParameters": {"capabilities": {"add": ["SYS_ADMIN"]}}}]}),
            ),
        ] {
            assert!(
                !is_wished(capability, &[(parameter, value)], &body),
                "{capability} {value}"
            );
        }
    }

    #[test]
    fn a_host_path_is_wished_by_a_parameter_of_the_format_path_alone() {
        let mut folder = parameter("data-path");
        let typed = [("data-path", "/srv/redis")];
        let is_wished = |it: &Parameter| {
            is_wished_of(
                vec![it.clone()],
                "host-path:{data-path}:rw",
                &typed,
                &mount("/srv/redis"),
            )
        };
        assert!(is_wished(&folder));
        for accepts in [
            ParameterType::Text(TextType::default()),
            ParameterType::Text(TextType {
                format: Some("name".to_owned()),
                ..TextType::default()
            }),
            ParameterType::Choice(ChoiceType::default()),
        ] {
            folder.accepts = accepts;
            assert!(!is_wished(&folder), "{:?}", folder.accepts);
        }
    }

    /// A stranger's manifest may say of any parameter that it is a folder of the instance. Who types an address means one.
    #[test]
    fn a_parameter_of_an_address_or_a_check_wishes_nothing() {
        for name in [
            "health-check-path",
            "health-path",
            "check-path",
            "http-path",
            "https-path",
            "url-path",
            "path-url",
            "load-balancer-path",
            "load-balancer-access-log-path",
            "mount-path",
            "container-path",
        ] {
            let capability = format!("host-path:{{{name}}}:rw");
            assert!(
                !is_wished(&capability, &[(name, "/healthz")], &mount("/healthz")),
                "{name}"
            );
        }
        let port = json!({"containerDefinitions": [{"name": "w", "portMappings": [{"containerPort": 80, "hostPort": 80}]}]});
        for name in ["load-balancer-port", "health-check-port", "http-port"] {
            let capability = format!("host-port:{{{name}}}");
            assert!(!is_wished(&capability, &[(name, "80")], &port), "{name}");
        }
        let memory = json!({"containerDefinitions": [{"name": "w", "memory": 65536}]});
        assert!(!is_wished(
            "memory:{check-memory}",
            &[("check-memory", "65536")],
            &memory
        ));
        // A letter more is another word.
        let typed = [("healthy-path", "/srv/x")];
        assert!(is_wished(
            "host-path:{healthy-path}:rw",
            &typed,
            &mount("/srv/x")
        ));
    }

    #[test]
    fn folders_of_the_system_take_a_grant_whoever_types_them() {
        for folder in [
            "/",
            "//",
            "/etc",
            "/etc/redis",
            "/srv/../etc",
            "/var/lib/docker",
            "/var/run",
            "/run",
            "/proc/1/root",
            "/sys",
            "/dev",
            "/root",
            "/home/ec2-user",
            "/usr/bin",
            "/lib64",
            "/boot",
            "/tmp",
            "/opt/aws",
            "/ETC",
            "/cgroup",
            "/snap",
            "C:\\data",
        ] {
            let typed = [("data-path", folder)];
            assert!(
                !is_wished("host-path:{data-path}:rw", &typed, &mount(folder)),
                "{folder}"
            );
        }
        let socket = "/srv/docker.sock";
        assert!(!is_wished(
            "host-path:{data-path}:rw",
            &[("data-path", socket)],
            &mount(socket)
        ));
    }
}
