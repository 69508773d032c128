use super::*;

#[track_caller]
fn check(operation: Operation, path: &str, expected: &str) {
    assert_eq!(contract_path(operation, path), expected);
}

#[test]
fn typed_fields_are_spelt_as_in_the_contract() {
    use Operation::*;
    check(RegisterTaskDefinition, "", "task-definition");
    check(
        RegisterTaskDefinition,
        "containerDefinitions[0].ulimits[1].softLimit",
        "task-definition.container-definitions[0].ulimits[1].soft-limit",
    );
    check(
        RegisterTaskDefinition,
        "containerDefinitions[0].dockerLabels[\"com.example.Team\"]",
        "task-definition.container-definitions[0].docker-labels[\"com.example.Team\"]",
    );
    check(
        RegisterTaskDefinition,
        "tags[3].key",
        "task-definition.tags[3].key",
    );
    check(
        CreateService,
        "deploymentConfiguration.maximumPercent",
        "service.deployment-configuration.maximum-percent",
    );
    check(
        CreateLoadBalancer,
        "Listeners[1].SSLCertificateId",
        "load-balancer.listeners[1].ssl-certificate-id",
    );
    check(
        ConfigureHealthCheck,
        "HealthCheck.Target",
        "load-balancer.health-check.target",
    );
    check(
        ModifyLoadBalancerAttributes,
        "LoadBalancerAttributes.ConnectionDraining.Timeout",
        "load-balancer.attributes.connection-draining.timeout",
    );
}

#[test]
fn untyped_fields_are_said_in_the_innermost_record_that_has_an_extra() {
    use Operation::*;
    check(
        RegisterTaskDefinition,
        "containerDefinitions[0].hostname",
        "task-definition.container-definitions[0].extra.hostname",
    );
    check(
        RegisterTaskDefinition,
        "containerDefinitions[0].linuxParameters.capabilities.add[2]",
        "task-definition.container-definitions[0].extra.linuxParameters.capabilities.add[2]",
    );
    check(
        RegisterTaskDefinition,
        "containerDefinitions[0].logConfiguration.secretOptions[0].name",
        "task-definition.container-definitions[0].log-configuration.extra.secretOptions[0].name",
    );
    check(
        RegisterTaskDefinition,
        "pidMode",
        "task-definition.extra.pidMode",
    );
    check(
        ModifyLoadBalancerAttributes,
        "LoadBalancerAttributes.AccessLog.S3BucketName",
        "load-balancer.attributes.extra.AccessLog.S3BucketName",
    );
}

#[test]
fn records_without_an_extra_leave_it_to_the_record_around_them() {
    use Operation::*;
    check(
        ModifyLoadBalancerAttributes,
        "LoadBalancerAttributes.ConnectionDraining.Grace",
        "load-balancer.attributes.extra.ConnectionDraining.Grace",
    );
    check(
        CreateLoadBalancer,
        "Listeners[0].Alpn",
        "load-balancer.extra.Listeners[0].Alpn",
    );
}

#[test]
fn fields_that_nobody_knows_are_untyped() {
    check(
        Operation::CreateService,
        "nextYear.a[0].B",
        "service.extra.nextYear.a[0].B",
    );
    check(
        Operation::CreateService,
        "serviceName.a",
        "service.extra.serviceName.a",
    );
    check(Operation::DeleteService, "force", "service.extra.force");
}

#[test]
fn recipes_may_spell_paths_in_their_own_language() {
    for (said, expected) in [
        ("", ""),
        (
            "taskDefinition.containerDefinitions[0].memory",
            "task-definition.container-definitions[0].memory",
        ),
        (
            "task_definition.container_definitions[0].memory",
            "task-definition.container-definitions[0].memory",
        ),
        (
            "task-definition.container-definitions[0].memory",
            "task-definition.container-definitions[0].memory",
        ),
        (
            " taskDefinition.containerDefinitions.0.memory ",
            "task-definition.container-definitions[0].memory",
        ),
        (
            "loadBalancer.listeners[0].sslCertificateId",
            "load-balancer.listeners[0].ssl-certificate-id",
        ),
        (
            "taskDefinition.extra.pidMode",
            "task-definition.extra.pidMode",
        ),
        (
            "task_definition.extra.linux_x[\"a.B\"]",
            "task-definition.extra.linux_x[\"a.B\"]",
        ),
        ("service.tags[\"My.Key\"]", "service.tags[\"My.Key\"]"),
        ("parameters.maxMemory", "parameters.max-memory"),
    ] {
        assert_eq!(normalise_path(said), expected, "{said}");
        assert_eq!(
            normalise_path(expected),
            expected,
            "reading ours again changes nothing"
        );
    }
}

#[test]
fn no_path_makes_it_stop() {
    for said in [
        "[",
        "[\"",
        "[0",
        "..",
        "a[",
        "a{b",
        "{",
        "]",
        "[\"a]",
        "é[ü].ß",
    ] {
        let once = normalise_path(said);
        assert_eq!(normalise_path(&once), once, "{said}");
    }
}
