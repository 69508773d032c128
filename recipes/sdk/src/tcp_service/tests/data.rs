//! Where data lies, and what is wrong with where it should.

use super::*;
use crate::Volume;

fn text<const N: usize>(given: [(&str, &str); N]) -> [Argument; N] {
    given.map(|(name, value)| Argument::text(name, value))
}

/// The only volume, which is mounted at the data folder.
fn volume(blueprint: &Blueprint) -> Volume {
    let volumes = &blueprint
        .task_definition
        .as_ref()
        .expect("a task definition")
        .volumes;
    let mount = &container(blueprint).mount_points;
    assert_eq!((volumes.len(), mount.len()), (1, 1));
    assert_eq!(mount[0].source_volume, volumes[0].name);
    assert_eq!(mount[0].container_path, "/data");
    assert!(!mount[0].read_only);
    volumes[0].clone()
}

#[test]
fn a_volume_without_a_place_loses_its_data_and_says_so() {
    let lost = rendered(&cache().data_volume("cache-data", "/data"), []);
    assert_eq!(volume(&lost), Volume::task("cache-data"));
    assert_eq!(
        findings(&lost.warnings),
        [(Severity::Warning, "parameters.data-path")]
    );
    let hint = lost.warnings[0].hint.as_deref().expect("a hint");
    for choice in ["data-path=", "data-volume=", "data-efs="] {
        assert!(hint.contains(choice), "{hint}");
    }
    let optional = rendered(&cache().optional_data_volume("cache-data", "/data"), []);
    let task_definition = optional.task_definition.as_ref();
    assert!(
        task_definition
            .expect("a task definition")
            .volumes
            .is_empty()
    );
    assert_eq!(container(&optional).mount_points, []);
    assert_eq!(optional.warnings, []);
}

#[test]
fn data_is_kept_where_it_is_wanted() {
    let check = |given: &[(&str, &str)], expect: Volume| {
        for service in [
            cache().data_volume("cache-data", "/data"),
            cache().optional_data_volume("cache-data", "/data"),
        ] {
            let arguments: Vec<Argument> = given
                .iter()
                .map(|(name, value)| Argument::text(*name, *value))
                .collect();
            let arguments = Arguments::new(arguments, &service.describe().parameters);
            let blueprint = service.render(&arguments, &Target::default(), &[]);
            let blueprint = blueprint.expect("a blueprint");
            assert_eq!(blueprint.warnings, [], "{given:?}");
            assert_eq!(volume(&blueprint), expect);
        }
    };
    check(
        &[("data-path", "/srv/cache")],
        Volume::host("cache-data", "/srv/cache"),
    );
    let by_docker = |driver: &str| {
        let mut volume = Volume::task("sessions");
        volume.docker_volume_configuration = Some(crate::DockerVolumeConfiguration {
            scope: Some("shared".to_owned()),
            autoprovision: Some(true),
            driver: Some(driver.to_owned()),
            ..crate::DockerVolumeConfiguration::default()
        });
        volume
    };
    check(&[("data-volume", "sessions")], by_docker("local"));
    check(
        &[("data-volume", "sessions"), ("data-volume-driver", "pxd")],
        by_docker("pxd"),
    );
    let by_efs = |root: Option<&str>, extra: Option<&str>| {
        let mut volume = Volume::task("cache-data");
        volume.efs_volume_configuration = Some(crate::EfsVolumeConfiguration {
            file_system_id: "fs-0123abcd".to_owned(),
            root_directory: root.map(str::to_owned),
            transit_encryption: Some("ENABLED".to_owned()),
            extra: extra.map(str::to_owned),
        });
        volume
    };
    let efs = ("data-efs", "fs-0123abcd");
    check(&[efs], by_efs(None, None));
    check(
        &[efs, ("data-efs-root", "/cache")],
        by_efs(Some("/cache"), None),
    );
    let entered = r#"{"authorizationConfig":{"accessPointId":"fsap-0123abcd"}}"#;
    let access_point = ("data-efs-access-point", "fsap-0123abcd");
    check(&[efs, access_point], by_efs(None, Some(entered)));
    check(
        &[efs, access_point, ("data-efs-root", "/")],
        by_efs(Some("/"), Some(entered)),
    );
}

#[test]
fn data_lies_in_one_place() {
    let service = cache().data_volume("cache-data", "/data");
    let refused = |given| render(&service, given).expect_err("two places");
    let two = refused(text([("data-path", "/srv"), ("data-volume", "sessions")]));
    assert_eq!(
        findings(&two),
        [(Severity::Error, "parameters.data-volume")]
    );
    assert_eq!(
        two[0].message,
        "the data lies in one place, and `data-path`, `data-volume` are given"
    );
    let two = refused(text([("data-efs", "fs-0123abcd"), ("data-path", "/srv")]));
    assert_eq!(findings(&two), [(Severity::Error, "parameters.data-efs")]);
    assert!(two[0].message.contains("`data-path`, `data-efs`"));
}

#[test]
fn what_says_more_of_a_place_needs_the_place() {
    let service = cache().optional_data_volume("cache-data", "/data");
    for (detail, value) in [
        ("data-volume-driver", "local"),
        ("data-efs-access-point", "fsap-0123abcd"),
        ("data-efs-root", "/cache"),
    ] {
        let path = format!("parameters.{detail}");
        let alone = render(&service, text([(detail, value)])).expect_err("no place");
        assert_eq!(findings(&alone), [(Severity::Error, path.as_str())]);
        let other = text([("data-path", "/srv"), (detail, value)]);
        let other = render(&service, other).expect_err("another place");
        assert_eq!(findings(&other), [(Severity::Error, path.as_str())]);
    }
}

#[test]
fn an_access_point_has_a_folder_of_its_own() {
    let given = text([
        ("data-efs", "fs-0123abcd"),
        ("data-efs-access-point", "fsap-0123abcd"),
        ("data-efs-root", "/cache"),
    ]);
    let service = cache().data_volume("cache-data", "/data");
    let refused = render(&service, given).expect_err("two folders");
    assert_eq!(
        findings(&refused),
        [(Severity::Error, "parameters.data-efs-root")]
    );
}

/// Each instance has its own folder, and all of them have one EFS.
#[test]
fn tasks_that_think_they_are_alone_do_not_share_an_efs() {
    let service = cache().data_volume("cache-data", "/data");
    let two = |name, value| {
        let given = [
            Argument::text(name, value),
            Argument::integer("desired-count", 2),
        ];
        render(&service, given)
    };
    let of_their_own = two("data-path", "/srv").expect("a blueprint");
    assert_eq!(
        findings(&of_their_own.warnings),
        [(Severity::Warning, "parameters.desired-count")]
    );
    let shared = two("data-efs", "fs-0123abcd").expect_err("one folder for two");
    assert_eq!(
        findings(&shared),
        [(Severity::Error, "parameters.desired-count")]
    );
}
