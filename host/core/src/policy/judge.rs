//! What the value of a field asks for.

use serde_json::Value;

use crate::policy::ask::{Fixed, Need, raw};
use crate::policy::grant::Grant;
use crate::policy::image::Image;
use crate::policy::kind::{Form, Kind};
use crate::policy::limits;
use crate::policy::path::{is_absolute, is_socket, normal, sockets_in};
use crate::policy::scope::{Scope, is_plain};
use crate::request::Operation;

/// A field with its value, and what is around it.
pub(super) struct Leaf<'a> {
    pub(super) operation: Operation,
    /// AWS's path, with indexes.
    pub(super) at: &'a str,
    pub(super) value: &'a Value,
    /// The objects that it stands in, the innermost last.
    pub(super) parents: &'a [&'a Value],
    /// The whole body, or the part of it that is looked at.
    pub(super) root: &'a Value,
}

/// What is needed, and the value that says so.
pub(super) type Found = (Need, String);

impl Leaf<'_> {
    /// The value as text.
    pub(super) fn text(&self) -> String {
        shown(self.value)
    }

    /// That the value must be what the host itself says.
    pub(super) fn fixed(&self, field: Fixed) -> Found {
        let value = self.text();
        let shown = value.clone();
        (Need::Fixed { field, value }, shown)
    }

    /// A member of the object around it, or of the one around that, and so on.
    fn beside(&self, up: usize, name: &str) -> String {
        let parent = self.parents.len().checked_sub(up + 1);
        let value = parent.and_then(|it| self.parents[it].get(name));
        value.map(shown).unwrap_or_default()
    }

    fn number(&self) -> Option<u64> {
        self.value.as_u64()
    }

    /// The need for a value that is none of those that this host knows.
    fn raw(&self) -> Vec<Found> {
        vec![raw(self.operation, self.at, self.value)]
    }
}

fn shown(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// What a field asks for whose row names a kind of grant. Nothing where the value is free.
pub(super) fn judge(kind: Kind, leaf: &Leaf<'_>) -> Vec<Found> {
    let text = leaf.text();
    if text.is_empty() {
        return Vec::new();
    }
    match kind {
        Kind::Privileged | Kind::Exec | Kind::FaultInjection => match leaf.value {
            Value::Bool(false) => Vec::new(),
            _ => vec![(Need::Grant(Grant::plain(kind)), text)],
        },
        Kind::HostNetwork => word(leaf, kind, "host", &["bridge", "awsvpc", "none"]),
        Kind::HostPid => word(leaf, kind, "host", &["task"]),
        Kind::HostIpc => word(leaf, kind, "host", &["task", "none"]),
        Kind::PublicIp => word(leaf, kind, "ENABLED", &["DISABLED"]),
        Kind::Daemon => word(leaf, kind, "DAEMON", &["REPLICA"]),
        Kind::PublicLoadBalancer => word(leaf, kind, "internet-facing", &["internal"]),
        Kind::Accelerator | Kind::Proxy => vec![(Need::Grant(Grant::plain(kind)), text)],
        Kind::Device => device(leaf, &text),
        Kind::HostPath => host_path(leaf, &text),
        Kind::DockerVolume => match text.as_str() {
            "task" => Vec::new(),
            "shared" => vec![named(kind, &leaf.beside(1, "name"))],
            _ => leaf.raw(),
        },
        Kind::DockerDriver if text == "local" => Vec::new(),
        Kind::DockerVolumeOption => volume_options(leaf),
        Kind::LogDriver if text == "json-file" => Vec::new(),
        Kind::LogOption => entries(leaf, kind, &HARMLESS_LOG_OPTIONS),
        Kind::SecurityOption if is_no_new_privileges(&text) => Vec::new(),
        Kind::Secrets if is_token(&text) => Vec::new(),
        Kind::Image => image(&text),
        Kind::HostPort => match leaf.number() {
            Some(port) if leaf.operation.is_of_elb() => vec![named(kind, &port.to_string())],
            Some(port) if port == 0 || port >= limits::HOST_PORT => Vec::new(),
            Some(port) => vec![named(kind, &port.to_string())],
            None => leaf.raw(),
        },
        Kind::Dns if leaf.at.contains(".extraHosts[") => {
            vec![named(
                kind,
                &format!("{text}={}", leaf.beside(0, "ipAddress")),
            )]
        }
        Kind::Sysctl => vec![named(kind, &format!("{text}={}", leaf.beside(0, "value")))],
        Kind::BalancerAttribute => balancer_attribute(leaf, &text),
        Kind::ServiceConnect => service_connect(leaf, &text),
        Kind::EbsVolume | Kind::EphemeralStorage if leaf.number().is_none() => leaf.raw(),
        Kind::RawJson => leaf.raw(),
        // How much is asked for is a sum, which no field knows by itself.
        Kind::Tasks | Kind::Cpu | Kind::Memory | Kind::DockerSocket => Vec::new(),
        _ => vec![named(kind, &text)],
    }
}

/// The need for a grant whose scope is a text.
pub(super) fn named(kind: Kind, text: &str) -> Found {
    let grant = format!("{}:{text}", kind.word()).parse().ok();
    (granted(kind, text, grant), text.to_owned())
}

fn granted(kind: Kind, text: &str, grant: Option<Grant>) -> Need {
    // IAM reads these as patterns.
    let is_pattern = kind.form() == Form::Pattern && (text.contains('?') || text.contains("${"));
    // The name of a secret, say, is none that a role has.
    let is_other = kind.form() == Form::Pattern && !text.contains(":role/");
    match grant.filter(|_| is_plain(text) && !is_pattern && !is_other) {
        Some(grant) => Need::Grant(grant),
        None => Need::Never(match kind.form() {
            Form::Pattern => "a role is named by its ARN, which says whose it is".to_owned(),
            Form::Prefix if kind == Kind::Secrets => "a secret is named by its ARN, which says whose it is".to_owned(),
            Form::Prefix => "it is named by its ARN, which says whose it is".to_owned(),
            Form::Path | Form::Device => "a path of the instance is absolute and holds no `*`".to_owned(),
            Form::Image => "a name that docker does not read as one cannot be told from others".to_owned(),
            _ => "a value that is empty, or holds `*`, spaces or control characters, cannot be told from others".to_owned(),
        }),
    }
}

/// A field with one value that asks, some that are free, and others that nobody knows yet.
fn word(leaf: &Leaf<'_>, kind: Kind, asks: &str, free: &[&str]) -> Vec<Found> {
    match leaf.text() {
        text if text == asks => vec![(Need::Grant(Grant::plain(kind)), text)],
        text if free.contains(&text.as_str()) => Vec::new(),
        _ => leaf.raw(),
    }
}

/// Whether the whole text is what stands for a secret parameter until the request is sent.
fn is_token(text: &str) -> bool {
    text.strip_prefix("{{secret:")
        .is_some_and(|it| it.find("}}") == Some(it.len() - 2))
}

fn is_no_new_privileges(text: &str) -> bool {
    matches!(
        text,
        "no-new-privileges" | "no-new-privileges:true" | "no-new-privileges=true"
    )
}

fn device(leaf: &Leaf<'_>, path: &str) -> Vec<Found> {
    const WORDS: [&str; 3] = ["read", "write", "mknod"];
    let list = leaf.parents.last().and_then(|it| it.get("permissions"));
    let list: Vec<&str> = list
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if list.iter().any(|it| !WORDS.contains(it)) {
        // What it gives nobody knows.
        return leaf.raw();
    }
    let says = |word: &str| list.contains(&word);
    // Where none is said, docker gives all.
    let all = list.is_empty();
    let access: String = [("read", 'r'), ("write", 'w'), ("mknod", 'm')]
        .into_iter()
        .filter(|(word, _)| all || says(word))
        .map(|(_, letter)| letter)
        .collect();
    let scope = Scope::Device {
        path: normal(path),
        access: access.clone(),
    };
    let need = granted(Kind::Device, path, Grant::new(Kind::Device, scope));
    vec![(need, format!("{}:{access}", normal(path)))]
}

/// A volume that is a path of the instance. The sockets of container daemons are granted by nothing else.
fn host_path(leaf: &Leaf<'_>, path: &str) -> Vec<Found> {
    let name = leaf.beside(1, "name");
    path_of_instance(path, is_written(leaf.root, &name))
}

fn path_of_instance(path: &str, write: bool) -> Vec<Found> {
    let normal = normal(path);
    let socket = |path: String| (Need::Grant(Grant::plain(Kind::DockerSocket)), path);
    if is_socket(&normal) {
        return vec![socket(path.to_owned())];
    }
    let scope = Scope::Path {
        path: normal.clone(),
        write,
    };
    let need = granted(Kind::HostPath, path, Grant::new(Kind::HostPath, scope));
    let mut found = vec![(need, normal.clone())];
    found.extend(sockets_in(&normal).into_iter().next().map(socket));
    found
}

/// Whether any container may write to a volume. What nobody mounts has nobody who promises to only read.
fn is_written(task: &Value, volume: &str) -> bool {
    let list = |value: &Value, name: &str| {
        value
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let mounts: Vec<Value> = list(task, "containerDefinitions")
        .iter()
        .flat_map(|it| list(it, "mountPoints"))
        .filter(|it| it.get("sourceVolume").is_some_and(|it| it == volume))
        .collect();
    mounts.is_empty()
        || mounts
            .iter()
            .any(|it| it.get("readOnly") != Some(&Value::Bool(true)))
}

/// Every entry of a map whose key is not harmless.
fn entries(leaf: &Leaf<'_>, kind: Kind, harmless: &[&str]) -> Vec<Found> {
    let members = leaf.value.as_object().into_iter().flatten();
    members
        .filter(|(key, _)| !harmless.contains(&key.as_str()))
        .map(|(key, value)| named(kind, &format!("{key}={}", shown(value))))
        .collect()
}

/// Options of log drivers that say how much is kept, how it looks and what it is called, not where it goes.
const HARMLESS_LOG_OPTIONS: [&str; 15] = [
    "max-size",
    "max-file",
    "compress",
    "mode",
    "max-buffer-size",
    "tag",
    "labels",
    "awslogs-group",
    "awslogs-region",
    "awslogs-stream-prefix",
    "awslogs-datetime-format",
    "awslogs-multiline-pattern",
    "awslogs-create-group",
    "syslog-facility",
    "syslog-format",
];

/// The local driver mounts whatever `device` says: a folder of the instance as well as a share of another machine.
fn volume_options(leaf: &Leaf<'_>) -> Vec<Found> {
    let mut found = entries(leaf, Kind::DockerVolumeOption, &[]);
    let members = leaf.value.as_object().into_iter().flatten();
    for (_, value) in members.filter(|(key, _)| key.eq_ignore_ascii_case("device")) {
        let path = shown(value);
        if is_absolute(&path) {
            found.extend(path_of_instance(&path, true));
        }
    }
    found
}

fn image(name: &str) -> Vec<Found> {
    let image = Image::read(name);
    if image.is_official() && is_plain(name) {
        return Vec::new();
    }
    let scope = Scope::Image {
        repository: image.repository,
        digest: image.is_pinned,
    };
    let need = granted(Kind::Image, name, Grant::new(Kind::Image, scope));
    vec![(need, name.to_owned())]
}

/// The stricter modes of the protection from malformed requests lessen nothing.
fn balancer_attribute(leaf: &Leaf<'_>, key: &str) -> Vec<Found> {
    let value = leaf.beside(0, "Value");
    let strict = ["defensive", "strictest"].contains(&value.as_str());
    if key == "elb.http.desyncmitigationmode" && strict {
        return Vec::new();
    }
    vec![named(Kind::BalancerAttribute, &format!("{key}={value}"))]
}

/// A namespace where one is named; otherwise the cluster's own, which is called `default` here.
fn service_connect(leaf: &Leaf<'_>, text: &str) -> Vec<Found> {
    let kind = Kind::ServiceConnect;
    match leaf.value {
        Value::Bool(true) if leaf.beside(0, "namespace").is_empty() => vec![named(kind, "default")],
        // Where it is on, the namespace beside it asks.
        Value::Bool(_) => Vec::new(),
        _ if leaf.beside(0, "enabled") == "false" => Vec::new(),
        _ => vec![named(kind, text)],
    }
}
