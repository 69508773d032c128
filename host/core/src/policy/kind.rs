//! What can be granted: the words, and how far each can be said to go.

use crate::near::is_near;

/// How the scope of a grant is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// The word alone.
    Nothing,
    /// `:NAME`, where `*` stands for any letters.
    Name,
    /// `:KEY=VALUE`, where `*` stands for any letters.
    Setting,
    /// `:ARN`, where `*` stands for any letters.
    Pattern,
    /// `:ARN`, and what lies below it: it ends at a `/` or `:` of what is asked for, or in `*`.
    Prefix,
    /// `:PATH:ro` or `:PATH:rw`, and what lies below the path.
    Path,
    /// `:PATH:rwm`, the letters as docker has them: read, write, make nodes.
    Device,
    /// `:80` or `:80-443`.
    Ports,
    /// `:N`, that many at most.
    Number,
    /// `:REGISTRY/REPOSITORY`, and what lies below it; with `:digest` only images named by digest.
    Image,
    /// `:BODY.FIELD` in AWS's names without indexes, and what lies below it.
    Field,
}

impl Form {
    /// How it is written, for people.
    pub fn sample(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Name => ":NAME",
            Self::Setting => ":KEY=VALUE",
            Self::Pattern => ":ARN-PATTERN",
            Self::Prefix => ":ARN-PREFIX",
            Self::Path => ":PATH:ro|rw",
            Self::Device => ":PATH:rwm",
            Self::Ports => ":PORT[-PORT]",
            Self::Number => ":N",
            Self::Image => ":REGISTRY/REPOSITORY[:digest]",
            Self::Field => ":BODY.FIELD",
        }
    }
}

/// Declares the kinds of grants, each once: the name, the word, the form, what it is called and what it would allow.
macro_rules! kinds {
    ($($name:ident $word:literal $form:ident $words:literal $allows:literal;)*) => {
        /// What can be granted.
        #[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Hash)]
        pub enum Kind { $(#[doc = $words] $name,)* }

        impl Kind {
            /// Every one of them, in the order in which they are told.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word of a grant: `host-path`.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// How its scope is written.
            pub const fn form(self) -> Form {
                match self { $(Self::$name => Form::$form,)* }
            }

            /// What it is called in a sentence: before its value, `host path`, or after a number, `tasks`.
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            /// What it allows, in a few words.
            pub const fn allows(self) -> &'static str {
                match self { $(Self::$name => $allows,)* }
            }
        }
    };
}

kinds! {
    Privileged "privileged" Nothing "privileged mode" "the container is root of its instance";
    LinuxCapability "linux-capability" Name "the Linux capability" "a right of root on the instance, such as `SYS_PTRACE`";
    Device "device" Device "the device" "a device of the instance";
    Accelerator "accelerator" Nothing "an accelerator" "GPUs and the like";
    HostPid "host-pid" Nothing "the process space of the instance" "seeing and ending every process of the instance";
    HostIpc "host-ipc" Nothing "the shared memory of the instance" "reading the shared memory of other containers";
    HostNetwork "host-network" Nothing "the network of the instance" "every port of the instance, and the credentials of its role";
    HostPath "host-path" Path "host path" "a folder or file of the instance; links in it are followed";
    DockerSocket "docker-socket" Nothing "host path" "the socket of a container daemon: whoever has it is root of the instance. No `host-path` grants it";
    DockerVolume "docker-volume" Name "the shared docker volume" "a volume that outlives the task, and that others may use";
    DockerDriver "docker-driver" Name "the docker volume driver" "a plugin of docker on the instance";
    DockerVolumeOption "docker-volume-option" Setting "the docker volume option" "what the driver mounts; a `device` that is a path asks for that host path too";
    Efs "efs" Name "the EFS file system" "its files";
    Fsx "fsx" Name "the FSx file system" "its files";
    S3Files "s3-files" Prefix "the S3 file system" "its files";
    EbsVolume "ebs-volume" Number "GiB of EBS" "an EBS volume of that size for each task";
    EbsSnapshot "ebs-snapshot" Name "the EBS snapshot" "the data of a snapshot";
    EphemeralStorage "ephemeral-storage" Number "GiB of ephemeral storage" "storage of that size for each task";
    TaskRole "task-role" Pattern "the task role" "the container acts in AWS as this role";
    ExecutionRole "execution-role" Pattern "the execution role" "ECS pulls images, reads secrets and writes logs as this role";
    InfrastructureRole "infrastructure-role" Pattern "the infrastructure role" "ECS manages load balancers, volumes, certificates or hooks as this role";
    Secrets "secrets" Prefix "the secret" "the container reads this secret";
    CredentialSpec "credential-spec" Name "the credential spec" "an account of an Active Directory";
    EnvironmentFile "environment-file" Prefix "the environment file" "the container reads this object of S3";
    KmsKey "kms-key" Name "the KMS key" "AWS encrypts with this key";
    Certificate "certificate" Prefix "the certificate" "a listener answers as whom this certificate names";
    PublicLoadBalancer "public-load-balancer" Nothing "a public load balancer" "the whole internet reaches the load balancer";
    PublicIp "public-ip" Nothing "a public address" "the task has an address on the internet";
    TargetGroup "target-group" Prefix "the target group" "traffic of a load balancer that others made, and its listener rules";
    Subnet "subnet" Name "the subnet" "a network that is not among the target's";
    SecurityGroup "security-group" Name "the security group" "rules of a network that are not among the target's";
    ServiceRegistry "service-registry" Prefix "the service registry" "answers under a name in Cloud Map";
    ServiceConnect "service-connect" Name "the Service Connect namespace" "answers under any name in this namespace";
    Image "image" Image "the image" "what runs comes from there. The Docker Official Images are free";
    HostPort "host-port" Ports "the host port" "a port of the instance below 1024, or of others";
    LogDriver "log-driver" Name "the log driver" "the output of the container goes there; `json-file` is free";
    LogOption "log-option" Setting "the log option" "where the output goes, and what else the driver can do";
    Sysctl "sysctl" Setting "the kernel parameter" "a setting of the kernel for the container";
    SecurityOption "security-option" Name "the docker security option" "another profile of SELinux, AppArmor or seccomp, or none";
    Dns "dns" Name "the name resolution" "other servers, domains or addresses for names";
    Proxy "proxy" Nothing "a proxy for the task's network" "all traffic of the task goes through a container";
    Exec "exec" Nothing "ECS Exec" "commands in the running container, for whoever may call ExecuteCommand";
    FaultInjection "fault-injection" Nothing "fault injection" "containers break their own network and memory on purpose";
    Daemon "daemon" Nothing "a task on every instance" "as many tasks as there are instances";
    CapacityProvider "capacity-provider" Name "the capacity provider" "which instances run the tasks, and what they cost";
    DeploymentHook "deployment-hook" Prefix "the deployment hook" "ECS calls this function at each deployment";
    AccessLog "access-log" Name "the access log bucket" "who called and what goes to this bucket";
    BalancerAttribute "balancer-attribute" Setting "the load balancer attribute" "a setting such as a weaker protection from malformed requests";
    RawJson "raw-json" Field "the field" "a field or value that this host does not know, so that it cannot say what it does";
    Tasks "tasks" Number "tasks" "so many tasks of the service";
    Cpu "cpu" Number "CPU units" "so many CPU units in all tasks together, 1024 to a core";
    Memory "memory" Number "MiB of memory" "so many MiB in all tasks together";
}

impl Kind {
    /// The kind of a word.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.word() == word)
    }

    /// The words that may have been meant.
    pub fn near(word: &str) -> Vec<&'static str> {
        let words = Self::ALL.iter().map(|it| it.word());
        words.filter(|it| is_near(word, it)).collect()
    }

    /// Whether it is about how much, and free up to one of [`crate::policy::limits`].
    pub fn is_limit(self) -> bool {
        matches!(self, Self::Tasks | Self::Cpu | Self::Memory)
    }
}
