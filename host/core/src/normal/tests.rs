use super::*;

/// The pairs of `aws-facts`: what is sent, and what AWS or another control plane makes of it.
#[test]
fn sent_and_described_are_the_same() {
    let sent = json!({
        "family": "es", "memory": "1GB", "cpu": "1 vCPU", "taskRoleArn": "",
        "containerDefinitions": [{
            "name": "es", "image": "elasticsearch", "memory": 256, "links": [],
            "portMappings": [{"containerPort": 9200, "hostPort": 9200}],
            "mountPoints": [{"sourceVolume": "data", "containerPath": "/data"}],
            "environment": [{"name": "B", "value": ""}, {"name": "A", "value": "1"}],
        }],
        "volumes": [{"name": "data"}],
    });
    let described = json!({
        "family": "es", "memory": "1024", "cpu": "1024", "revision": 3, "status": "ACTIVE",
        "taskDefinitionArn": "arn:aws:ecs:us-east-1:1:task-definition/es:3", "networkMode": "bridge",
        "requiresAttributes": [{"name": "x"}], "compatibilities": ["EC2"], "placementConstraints": [],
        "containerDefinitions": [{
            "name": "es", "image": "elasticsearch", "memory": 256, "cpu": 0, "essential": true,
            "portMappings": [{"containerPort": 9200, "hostPort": 9200, "protocol": "tcp"}],
            "mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": false}],
            "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": ""}],
            "volumesFrom": [], "systemControls": [],
        }],
        "volumes": [{"name": "data", "host": {}}], "tags": [{"key": "a", "value": "b"}],
    });
    assert_eq!(
        flatten(&task_definition(&sent)),
        flatten(&task_definition(&described))
    );
}

#[test]
fn an_unset_host_port_follows_the_network_mode() {
    for (mode, port) in [("bridge", 0), ("host", 80), ("awsvpc", 80)] {
        let task = json!({"networkMode": mode, "containerDefinitions": [{"portMappings": [{"containerPort": 80}]}]});
        assert_eq!(
            task_definition(&task)["containerDefinitions"][0]["portMappings"][0]["hostPort"],
            port
        );
    }
}

#[test]
fn load_balancers_in_either_spelling() {
    let check = json!({"Target": "TCP:6379", "Interval": 10});
    let sent = json!({
        "LoadBalancerName": "redis-elb", "Scheme": "internal", "Subnets": ["b", "a"], "Tags": [{"Key": "k", "Value": "v"}],
        "Listeners": [{"Protocol": "tcp", "LoadBalancerPort": 80, "InstancePort": 6379}],
    });
    let described = json!({
        "LoadBalancerName": "redis-elb", "Scheme": "internal", "Subnets": ["a", "b"], "SecurityGroups": [],
        "DNSName": "internal-redis-elb-1.us-east-1.elb.amazonaws.com", "HealthCheck": check,
        "ListenerDescriptions": [{"Listener": {
            "Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 6379, "InstanceProtocol": "TCP",
        }, "PolicyNames": []}],
    });
    assert_eq!(
        flatten(&load_balancer(&sent, &check)),
        flatten(&described_load_balancer(&described))
    );
}

#[test]
fn items_are_named_by_what_identifies_them() {
    let task = json!({"containerDefinitions": [{"name": "redis", "command": ["a", "b"], "dockerLabels": {"k": "v"},
        "portMappings": [{"containerPort": 53, "protocol": "udp"}]}]});
    let keys: Vec<String> = flatten(&task).into_keys().collect();
    assert_eq!(
        keys,
        [
            "containerDefinitions[redis].command",
            "containerDefinitions[redis].dockerLabels.k",
            "containerDefinitions[redis].name",
            "containerDefinitions[redis].portMappings[53/udp].containerPort",
            "containerDefinitions[redis].portMappings[53/udp].protocol",
        ]
    );
}

#[test]
fn items_that_share_a_name_do_not_hide_one_another() {
    let ports = |list: Value| {
        flatten(&task_definition(
            &json!({"containerDefinitions": [{"name": "a", "portMappings": list}]}),
        ))
    };
    let one = json!({"containerPort": 5000, "hostPort": 1000});
    let other = json!({"hostPort": 5002, "containerPort": 5000});
    let both = ports(json!([one, other]));
    assert_eq!(both, ports(json!([other, one])), "order is no meaning");
    assert_ne!(both, ports(json!([other])));
    assert_ne!(
        both,
        ports(json!([one, {"containerPort": 5000, "hostPort": 5003}]))
    );
    let hosts = |list: Value| flatten(&json!({"extraHosts": list})).len();
    assert_eq!(
        hosts(
            json!([{"hostname": "db", "ipAddress": "10.0.0.1"}, {"hostname": "db", "ipAddress": "10.0.0.2"}])
        ),
        4
    );
    let ranges = |second: &str| {
        ports(json!([
            {"containerPort": 0, "containerPortRange": "100-110"}, {"containerPort": 0, "containerPortRange": second},
        ]))
    };
    assert_ne!(ranges("200-210"), ranges("200-220"));
}

#[test]
fn what_aws_fills_in_is_the_same_as_nothing() {
    let sent = json!({
        "containerDefinitions": [{
            "name": "a", "healthCheck": {"command": ["CMD", "true"]}, "restartPolicy": {"enabled": true},
            "volumesFrom": [{"sourceContainer": "b"}],
        }],
        "volumes": [
            {"name": "scratch", "dockerVolumeConfiguration": {"labels": {"k": "v"}}},
            {"name": "shared", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}},
        ],
    });
    let described = json!({
        "enableFaultInjection": false,
        "containerDefinitions": [{
            "name": "a", "privileged": false, "versionConsistency": "enabled",
            "healthCheck": {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3},
            "restartPolicy": {"enabled": true, "restartAttemptPeriod": 300},
            "volumesFrom": [{"sourceContainer": "b", "readOnly": false}],
        }],
        "volumes": [
            {"name": "scratch", "dockerVolumeConfiguration": {
                "labels": {"k": "v"}, "scope": "task", "driver": "local", "autoprovision": false,
            }},
            {"name": "shared", "efsVolumeConfiguration": {
                "fileSystemId": "fs-1", "rootDirectory": "/", "transitEncryption": "DISABLED",
                "authorizationConfig": {"iam": "DISABLED"},
            }},
        ],
    });
    assert_eq!(
        flatten(&task_definition(&sent)),
        flatten(&task_definition(&described))
    );
}
