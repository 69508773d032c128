//! Where the data of a service lies: a folder of the instance, a volume of
//! docker, a file system of EFS, or nowhere that outlasts the task.

use super::Draft;
use crate::parameter::text;
use crate::{Arguments, Diagnostic, MountPoint, Parameter, Volume};

/// A folder of the container that holds its data.
#[derive(Clone, Copy, Debug)]
pub(super) struct DataVolume {
    pub(super) name: &'static str,
    pub(super) container_path: &'static str,
    /// There is a volume even where no place for it is given.
    pub(super) always: bool,
}

const PATH: &str = "data-path";
const VOLUME: &str = "data-volume";
const DRIVER: &str = "data-volume-driver";
const EFS: &str = "data-efs";
const ACCESS_POINT: &str = "data-efs-access-point";
const ROOT: &str = "data-efs-root";

/// What the recipe may ask for; the argument decides.
pub(super) const CAPABILITIES: [&str; 4] = [
    "host-path:{data-path}:rw",
    "docker-volume:{data-volume}",
    "docker-driver:{data-volume-driver}",
    "efs:{data-efs}",
];

/// The places that data can have, of which one is chosen.
pub(super) fn parameters() -> Vec<Parameter> {
    vec![
        text(PATH)
            .format("path")
            .pattern("/.+")
            .describe("keeps the data in a folder of the container instance; without this, `data-volume` or `data-efs`, the data goes with the task")
            .into(),
        // ECS takes `-` and `_`, docker neither as the first letter, nor one letter alone.
        text(VOLUME)
            .pattern("[A-Za-z0-9][A-Za-z0-9_-]{1,254}")
            .describe("keeps the data in the docker volume of this name on the container instance, made where it is missing")
            .into(),
        text(DRIVER)
            .pattern("[A-Za-z0-9][A-Za-z0-9_.:/-]{0,254}")
            .describe("the docker driver of `data-volume`; otherwise local")
            .into(),
        text(EFS)
            .pattern("fs-[0-9a-f]{8,40}")
            .describe("keeps the data in this file system of EFS, over an encrypted connection")
            .into(),
        text(ACCESS_POINT)
            .pattern("fsap-[0-9a-f]{8,40}")
            .describe("the access point by which `data-efs` is entered")
            .into(),
        text(ROOT)
            .format("path")
            .pattern("/.*")
            .describe("the folder of `data-efs`, which must be there; otherwise /")
            .into(),
    ]
}

/// Puts the data where the arguments say.
pub(super) fn mount(
    data: DataVolume,
    arguments: &Arguments,
    draft: &mut Draft,
) -> Result<(), Diagnostic> {
    let given: Vec<_> = [
        (PATH, arguments.get::<&str>(PATH)?),
        (VOLUME, arguments.get(VOLUME)?),
        (EFS, arguments.get(EFS)?),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    let is_given = |name| given.iter().any(|(it, _)| *it == name);
    for (detail, whole) in [(DRIVER, VOLUME), (ACCESS_POINT, EFS), (ROOT, EFS)] {
        if arguments.get::<&str>(detail)?.is_some() && !is_given(whole) {
            draft.find(
                Diagnostic::error(
                    format!("parameters.{detail}"),
                    format!("says more of `{whole}`, which is not given"),
                )
                .hint(format!("set `{whole}` too, or leave `{detail}` out")),
            );
        }
    }
    if given.len() > 1 {
        let names: Vec<String> = given.iter().map(|(name, _)| format!("`{name}`")).collect();
        draft.find(
            Diagnostic::error(
                format!("parameters.{}", given[1].0),
                format!(
                    "the data lies in one place, and {} are given",
                    names.join(", ")
                ),
            )
            .hint("keep one of them"),
        );
    }
    let volume = match given.first() {
        Some((PATH, path)) => Volume::host(data.name, *path),
        Some((VOLUME, name)) => Volume::docker(*name, arguments.get(DRIVER)?.unwrap_or("local")),
        Some((_, file_system)) => efs(data, file_system, arguments, draft)?,
        None if data.always => {
            draft.find(
                Diagnostic::warning(
                    format!("parameters.{PATH}"),
                    format!("the data in `{}` is lost with each task", data.name),
                )
                .hint("`--set data-path=/a/folder/of/the/instance`, `--set data-volume=NAME` or `--set data-efs=fs-…` keeps it"),
            );
            Volume::task(data.name)
        }
        None => return Ok(()),
    };
    let mount = MountPoint::new(volume.name.as_str(), data.container_path);
    draft.task_definition.volumes.push(volume);
    draft.container.mount_points.push(mount);
    Ok(())
}

fn efs(
    data: DataVolume,
    file_system: &str,
    arguments: &Arguments,
    draft: &mut Draft,
) -> Result<Volume, Diagnostic> {
    let root: Option<&str> = arguments.get(ROOT)?;
    let access_point: Option<&str> = arguments.get(ACCESS_POINT)?;
    let mut volume = Volume::efs(data.name, file_system);
    if let Some(efs) = &mut volume.efs_volume_configuration {
        efs.root_directory = root.map(str::to_owned);
        // Letters and digits, by the pattern of the parameter.
        efs.extra = access_point
            .map(|it| format!(r#"{{"authorizationConfig":{{"accessPointId":"{it}"}}}}"#));
    }
    if access_point.is_some() && root.is_some_and(|it| it != "/") {
        draft.find(
            Diagnostic::error(
                format!("parameters.{ROOT}"),
                "an access point leads to a folder of its own, and AWS takes no other beside it",
            )
            .hint(format!("leave `{ROOT}` or `{ACCESS_POINT}` out")),
        );
    }
    Ok(volume)
}
