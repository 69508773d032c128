use super::*;

fn grant(text: &str) -> Grant {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// One grant of each kind, as people write it.
const ALL: &[&str] = &[
    "privileged",
    "linux-capability:SYS_PTRACE",
    "device:/dev/fuse:rw",
    "accelerator",
    "host-pid",
    "host-ipc",
    "host-network",
    "host-path:/data:rw",
    "docker-socket",
    "docker-volume:redis-data",
    "docker-driver:rexray/ebs",
    "docker-volume-option:type=tmpfs",
    "efs:fs-12345678",
    "fsx:fs-0123456789abcdef0",
    "s3-files:arn:aws:s3files:us-east-1:123456789012:file-system/fs-1",
    "ebs-volume:100",
    "ebs-snapshot:snap-1",
    "ephemeral-storage:50",
    "task-role:arn:aws:iam::123456789012:role/searchapp-task-*",
    "execution-role:arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
    "infrastructure-role:arn:aws:iam::123456789012:role/ecsInfrastructureRole",
    "secrets:arn:aws:secretsmanager:us-east-1:123456789012:secret:searchapp/",
    "credential-spec:credentialspec:arn:aws:s3:::bucket/spec",
    "environment-file:arn:aws:s3:::bucket/redis.env",
    "kms-key:alias/searchapp",
    "certificate:arn:aws:acm:us-east-1:123456789012:certificate/1-2",
    "public-load-balancer",
    "public-ip",
    "target-group:arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/blue/1",
    "subnet:subnet-1",
    "security-group:sg-1",
    "service-registry:arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1",
    "service-connect:searchapp",
    "image:ghcr.io/acme/:digest",
    "host-port:80-443",
    "log-driver:awslogs",
    "log-option:gelf-address=udp://logs.example:12201",
    "sysctl:net.core.somaxconn=1024",
    "security-option:seccomp:unconfined",
    "dns:10.0.0.2",
    "proxy",
    "exec",
    "fault-injection",
    "daemon",
    "capacity-provider:FARGATE_SPOT",
    "deployment-hook:arn:aws:lambda:us-east-1:123456789012:function:check",
    "access-log:searchapp-logs",
    "balancer-attribute:elb.http.desyncmitigationmode=monitor",
    "raw-json:task-definition.nextYear",
    "tasks:20",
    "cpu:32768",
    "memory:65536",
];

#[test]
fn every_kind_is_written_and_read() {
    for text in ALL {
        let read = grant(text);
        assert_eq!(read.to_string(), *text);
        assert!(read.covers(&read), "{text}");
    }
    let kinds: Vec<Kind> = ALL.iter().map(|it| grant(it).kind()).collect();
    assert_eq!(kinds, Kind::ALL);
}

#[test]
fn no_kind_covers_another() {
    for one in ALL {
        for other in ALL.iter().filter(|it| *it != one) {
            assert!(!grant(one).covers(&grant(other)), "{one} covers {other}");
        }
    }
}

#[test]
fn a_spelling_becomes_the_usual_one() {
    for (spelt, usual) in [
        ("host-path:/data//x/../:ro", "host-path:/data:ro"),
        ("device:/dev/fuse:wr", "device:/dev/fuse:rw"),
        ("host-port:80-80", "host-port:80"),
        ("image:bitnami/redis", "image:docker.io/bitnami/redis"),
        ("image:redis", "image:docker.io/library/redis"),
        ("image:GHCR.io/acme", "image:ghcr.io/acme"),
        ("image:ghcr.io", "image:ghcr.io"),
        ("image:*", "image:*"),
        ("image:localhost:5000/x", "image:localhost:5000/x"),
        ("image:localhost:5000", "image:localhost:5000"),
        ("image:registry.example:5000", "image:registry.example:5000"),
        ("image:registry:5000/", "image:registry:5000/"),
        (
            "image:localhost:5000/x:digest",
            "image:localhost:5000/x:digest",
        ),
    ] {
        assert_eq!(grant(spelt).to_string(), usual);
    }
}

/// A tag, a digest or a scheme would match nothing, and whoever wrote it would not learn why.
#[test]
fn an_image_is_granted_by_its_repository_alone() {
    let digest = format!("ghcr.io/acme/app:1@sha256:{}", "a".repeat(64));
    for (scope, why, instead) in [
        ("ghcr.io/acme/app:1", "takes no tag", "ghcr.io/acme/app"),
        (
            "ghcr.io/acme/app:1:digest",
            "takes no tag",
            "ghcr.io/acme/app:digest",
        ),
        ("redis:7", "takes no tag", "redis"),
        ("localhost:5000/x:1", "takes no tag", "localhost:5000/x"),
        ("registry:5000", "takes no tag", "registry"),
        ("localhost:latest", "takes no tag", "localhost"),
        (
            "https://ghcr.io/acme/app",
            "takes no scheme",
            "ghcr.io/acme/app",
        ),
        (
            "docker://localhost:5000/x:1",
            "takes no scheme",
            "localhost:5000/x",
        ),
        (
            digest.as_str(),
            "takes no digest",
            "ghcr.io/acme/app:digest",
        ),
    ] {
        let Unreadable { message, .. } = format!("image:{scope}").parse::<Grant>().unwrap_err();
        let begins = format!("`image:{scope}` {why}");
        assert!(message.starts_with(&begins), "{message}");
        let ends = format!("write `image:{instead}`");
        assert!(message.ends_with(&ends), "{message}");
        grant(&format!("image:{instead}"));
    }
    for scope in [":digest", "a b"] {
        assert!(
            format!("image:{scope}").parse::<Grant>().is_err(),
            "{scope}"
        );
    }
}

#[test]
fn a_grant_reaches_as_far_as_it_says() {
    let secret = "secrets:arn:aws:secretsmanager:us-east-1:1:secret:app/db";
    let role = "task-role:arn:aws:iam::1:role/app";
    for (granted, asked, covered) in [
        ("host-path:/data:rw", "host-path:/data/x:ro", true),
        ("host-path:/data:rw", "host-path:/data:rw", true),
        ("host-path:/data:ro", "host-path:/data:rw", false),
        ("host-path:/data:rw", "host-path:/database:ro", false),
        ("host-path:/data:rw", "host-path:/:ro", false),
        ("host-path:/:rw", "host-path:/etc:rw", true),
        ("host-path:/:rw", "docker-socket", false),
        ("host-path:/var/run:rw", "docker-socket", false),
        ("device:/dev/fuse:rw", "device:/dev/fuse:r", true),
        ("device:/dev/fuse:rw", "device:/dev/fuse:rwm", false),
        ("host-port:80-443", "host-port:443", true),
        ("host-port:80", "host-port:80-81", false),
        ("tasks:20", "tasks:20", true),
        ("tasks:20", "tasks:21", false),
        ("image:ghcr.io/acme", "image:ghcr.io/acme/app", true),
        ("image:ghcr.io/acme", "image:ghcr.io/acme-evil/app", false),
        ("image:ghcr.io", "image:ghcr.io/acme/app", true),
        (
            "image:ghcr.io/acme/:digest",
            "image:ghcr.io/acme/app",
            false,
        ),
        (
            "image:ghcr.io/acme/:digest",
            "image:ghcr.io/acme/app:digest",
            true,
        ),
        ("image:ghcr.io/acme", "image:ghcr.io/acme/app:digest", true),
        ("image:*", "image:ghcr.io/acme/app", true),
        ("linux-capability:SYS_ADMIN", "linux-capability:ALL", false),
        ("linux-capability:*", "linux-capability:ALL", true),
        (
            "log-option:gelf-address=*",
            "log-option:gelf-address=udp://x:1",
            true,
        ),
        ("log-option:gelf-address=*", "log-option:gelf-mode=x", false),
        ("raw-json:service.a", "raw-json:service.a.b", true),
        ("raw-json:service.a", "raw-json:service.ab", false),
        (
            "raw-json:task-definition",
            "raw-json:task-definition.x",
            true,
        ),
        (
            secret,
            "secrets:arn:aws:secretsmanager:us-east-1:1:secret:app/db",
            true,
        ),
        (
            secret,
            "secrets:arn:aws:secretsmanager:us-east-1:1:secret:app/db:password::",
            true,
        ),
        (
            secret,
            "secrets:arn:aws:secretsmanager:us-east-1:1:secret:app/db-prod",
            false,
        ),
        (
            "secrets:arn:aws:secretsmanager:us-east-1:1:secret:app/",
            secret,
            true,
        ),
        (
            "secrets:arn:aws:secretsmanager:us-east-1:1:secret:app/db-*",
            secret,
            false,
        ),
        ("secrets:*", secret, true),
        (role, "task-role:arn:aws:iam::1:role/app", true),
        (role, "task-role:arn:aws:iam::1:role/app/admin", false),
        ("task-role:arn:aws:iam::1:role/a*", role, true),
        ("execution-role:arn:aws:iam::1:role/app", role, false),
    ] {
        assert_eq!(
            grant(granted).covers(&grant(asked)),
            covered,
            "{granted} / {asked}"
        );
    }
}

#[test]
fn what_is_no_grant_is_told_with_what_is_near() {
    for (text, message, hint) in [
        (
            "previleged",
            "`previleged` is no grant",
            "did you mean `privileged`?",
        ),
        (
            "hostpath:/x:rw",
            "`hostpath` is no grant",
            "did you mean `host-path`?",
        ),
        (
            "secret:x",
            "`secret` is no grant",
            "did you mean `secrets`?",
        ),
        (
            "root",
            "`root` is no grant",
            "host/PERMISSIONS.md lists all that there are",
        ),
        (
            "\u{1b}[2J",
            "`\\u{1b}[2J` is no grant",
            "host/PERMISSIONS.md lists all that there are",
        ),
        (
            "privileged:x",
            "`privileged:x` takes nothing after a colon",
            "write it as `privileged`",
        ),
        (
            "host-path:/data",
            "`host-path:/data` ends neither in `:ro` nor in `:rw`",
            "write it as `host-path:PATH:ro|rw`",
        ),
        (
            "host-path:data:rw",
            "`host-path:data:rw` names `data`, which is no absolute path",
            "write it as `host-path:PATH:ro|rw`",
        ),
        (
            "host-path:/d*:rw",
            "`host-path:/d*:rw` holds a `*`; a path grants what lies below it",
            "write it as `host-path:PATH:ro|rw`",
        ),
        (
            "secrets",
            "`secrets` does not say how far it goes",
            "write it as `secrets:ARN-PREFIX`, in which `*` stands for any letters",
        ),
        (
            "secrets:db",
            "`secrets:db` is no ARN, which has six parts and begins with `arn:`",
            "write it as `secrets:ARN-PREFIX`, in which `*` stands for any letters",
        ),
        (
            "host-port:0",
            "`host-port:0` is neither a port nor two with a `-` between, the lower one first",
            "write it as `host-port:PORT[-PORT]`",
        ),
        (
            "tasks:many",
            "`tasks:many` is no whole number",
            "write it as `tasks:N`",
        ),
        (
            "log-option:x",
            "`log-option:x` is no KEY=VALUE",
            "write it as `log-option:KEY=VALUE`, in which `*` stands for any letters",
        ),
        (
            "device:/dev/x:rx",
            "`device:/dev/x:rx` does not end in `:` and some of the letters `rwm`",
            "write it as `device:PATH:rwm`",
        ),
        (
            "efs:",
            "`efs:` says nothing after the colon",
            "write it as `efs:NAME`, in which `*` stands for any letters",
        ),
    ] {
        let error = text.parse::<Grant>().expect_err(text);
        assert_eq!(
            (error.message.as_str(), error.hint.as_str()),
            (message, hint)
        );
    }
}

#[test]
fn a_list_of_grants_is_read_whole() {
    let (grants, findings) = read_grants("redis", ["exec", "exek", "host-pid"]);
    assert_eq!(grants, [grant("exec"), grant("host-pid")]);
    let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["services.redis.grants[1]: `exek` is no grant\n  hint: did you mean `exec`?"]
    );
    assert_eq!(findings[0].code, Some(codes::GRANT));
}

#[test]
fn grants_are_texts_in_json() {
    let text = r#"["host-path:/data:rw"]"#;
    let read: Vec<Grant> = serde_json::from_str(text).expect("it is a grant");
    assert_eq!(serde_json::to_string(&read).expect("it is text"), text);
    assert!(serde_json::from_str::<Vec<Grant>>(r#"["hostpath"]"#).is_err());
}
