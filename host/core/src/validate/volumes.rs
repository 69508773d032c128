//! Volumes and where containers mount them.

use crate::diag::Diagnostic;
use crate::validate::names::{check_ecs_name, check_unique};
use crate::validate::place::{Place, list};

/// What a volume can be. It is one of them at most.
const KINDS: [&str; 6] = [
    "host",
    "dockerVolumeConfiguration",
    "efsVolumeConfiguration",
    "fsxWindowsFileServerVolumeConfiguration",
    "s3filesVolumeConfiguration",
    "configuredAtLaunch",
];

pub(super) fn check(task: &Place<'_>, found: &mut Vec<Diagnostic>) {
    let volumes = task.items("volumes");
    check_unique(&volumes, "name", "volume", found);
    for volume in &volumes {
        check_ecs_name(volume, "name", found);
        check_kind(volume, found);
    }
    let names: Vec<_> = volumes.iter().filter_map(|it| it.text("name")).collect();
    for container in task.items("containerDefinitions") {
        container
            .items("mountPoints")
            .iter()
            .for_each(|it| check_mount(it, &names, found));
    }
}

fn check_kind(volume: &Place<'_>, found: &mut Vec<Diagnostic>) {
    let kinds: Vec<_> = KINDS
        .into_iter()
        .filter(|it| volume.has(it) && volume.flag(it) != Some(false))
        .collect();
    if kinds.len() > 1 {
        let message = format!("is of {} kinds at once: {}", kinds.len(), list(&kinds));
        found.push(volume.error("", message, "keep one of them"));
    }
    if let Some(host) = volume.member("host") {
        check_up(&host, "sourcePath", found);
    }
    if let Some(efs) = volume.member("efsVolumeConfiguration") {
        check_up(&efs, "rootDirectory", found);
        found.extend(efs.missing("fileSystemId", "name the file system, as `fs-…`"));
        check_efs(&efs, found);
    }
    if let Some(docker) = volume.member("dockerVolumeConfiguration")
        && docker.flag("autoprovision") == Some(true)
        && docker.text("scope") != Some("shared")
    {
        let message = "makes a volume only where its scope is `shared`";
        found.push(docker.error(
            "autoprovision",
            message,
            "set the scope to `shared`, or leave it out",
        ));
    }
}

/// Data lies where its path says: `/srv/../etc` would be a folder that neither a reader nor a grant thinks of.
fn check_up(place: &Place<'_>, field: &str, found: &mut Vec<Diagnostic>) {
    let path = place.text(field).unwrap_or_default();
    if path.split(['/', '\\']).any(|it| it == "..") {
        let message = format!("`{path}` goes up by `..`");
        found.push(place.error(
            field,
            message,
            "write the folder that is meant without `..`",
        ));
    }
}

/// An access point and IAM both need the encrypted connection, and an access point has a folder of its own.
fn check_efs(efs: &Place<'_>, found: &mut Vec<Diagnostic>) {
    let Some(authorization) = efs.member("authorizationConfig") else {
        return;
    };
    let is_point = authorization
        .text("accessPointId")
        .is_some_and(|it| !it.is_empty());
    let by_iam = authorization.text("iam") == Some("ENABLED");
    let encrypted = efs.text("transitEncryption") == Some("ENABLED");
    if (is_point || by_iam) && !encrypted {
        let what = if is_point { "an access point" } else { "IAM" };
        found.push(efs.error(
            "transitEncryption",
            format!("must be `ENABLED` with {what}"),
            "set it to `ENABLED`",
        ));
    }
    if is_point
        && let Some(root) = efs
            .text("rootDirectory")
            .filter(|it| !["", "/"].contains(it))
    {
        found.push(efs.error(
            "rootDirectory",
            format!("`{root}` cannot stand beside an access point, which has a folder of its own"),
            "leave it out",
        ));
    }
}

fn check_mount(mount: &Place<'_>, volumes: &[&str], found: &mut Vec<Diagnostic>) {
    found.extend(mount.missing("sourceVolume", "name a volume of the task definition"));
    found.extend(mount.missing("containerPath", "say where in the container, as `/data`"));
    if let Some(name) = mount
        .text("sourceVolume")
        .filter(|it| !it.is_empty() && !volumes.contains(it))
    {
        let message = format!(
            "`{name}` is not a volume of the task definition, which has {}",
            list(volumes)
        );
        found.push(mount.error(
            "sourceVolume",
            message,
            format!("add a volume `{name}`, or mount one that is there"),
        ));
    }
    if let Some(path) = mount
        .text("containerPath")
        .filter(|it| !it.is_empty() && !is_absolute(it))
    {
        let message = format!("`{path}` is not an absolute path");
        found.push(mount.error("containerPath", message, format!("write it as `/{path}`")));
    }
}

/// Of Linux, or of Windows.
fn is_absolute(path: &str) -> bool {
    let mut letters = path.chars();
    path.starts_with('/')
        || (letters.next().is_some_and(|it| it.is_ascii_alphabetic())
            && letters.next() == Some(':'))
}

#[cfg(test)]
mod tests;
