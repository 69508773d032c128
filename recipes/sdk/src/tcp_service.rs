//! The shape that most recipes have: one container with one TCP port, behind an
//! internal classic load balancer, run by one service.
//!
//! ```
//! use recipe_sdk::{Recipe, tcp_service};
//! let recipe = tcp_service("redis", 6379).image("redis:7.4").memory(256);
//! assert_eq!(recipe.describe().name, "redis");
//! ```

use crate::{
    Arguments, Blueprint, Dependency, Diagnostic, Endpoint, Manifest, Parameter, ParameterType,
    Recipe, RollbackClass, Target,
};

mod blueprint;
mod data;
mod draft;
mod standard;
#[cfg(test)]
mod tests;

use data::DataVolume;
pub use draft::Draft;

/// An image and the sizes that it starts with. A recipe has one edition, or
/// several among which the parameter `edition` chooses.
#[derive(Clone, Copy, Debug)]
pub struct Edition {
    /// `[a-z][a-z0-9-]*`.
    pub name: &'static str,
    /// The image, at most 255 characters.
    pub image: &'static str,
    /// CPU units, 1024 to a core.
    pub cpu: u32,
    /// MiB. The container is killed when it uses more.
    pub memory: u32,
    /// MiB kept free on the instance, less than `memory`; absent: all of `memory` is.
    pub memory_reservation: Option<u32>,
    /// Seconds in which a new task may fail the load balancer's check.
    pub grace_period: Option<u32>,
}

impl Edition {
    /// No image, an eighth of a core and 128 MiB: to be built on.
    pub const EMPTY: Self = Self {
        name: "default",
        image: "",
        cpu: 128,
        memory: 128,
        memory_reservation: None,
        grace_period: None,
    };
}

/// What a recipe changes in the draft that the standard parameters made.
type Adjust = fn(&Arguments, &mut Draft) -> Result<(), Diagnostic>;

/// A recipe of the usual shape, made by [`tcp_service`].
///
/// For a service called NAME it emits the family NAME, the container
/// APPLICATION-SHORT, the load balancer NAME-elb and the service NAME-service.
#[derive(Clone, Debug)]
pub struct TcpService {
    name: &'static str,
    short: &'static str,
    scheme: &'static str,
    summary: &'static str,
    port: u32,
    editions: Vec<Edition>,
    data: Option<DataVolume>,
    http_path: Option<&'static str>,
    stateful: bool,
    rollback: RollbackClass,
    parameters: Vec<Parameter>,
    capabilities: Vec<&'static str>,
    adjust: Option<Adjust>,
}

/// A service called `name` whose container listens on the TCP port `port`.
#[must_use]
pub fn tcp_service(name: &'static str, port: u32) -> TcpService {
    TcpService {
        name,
        short: name,
        scheme: "",
        summary: "",
        port,
        editions: Vec::new(),
        data: None,
        http_path: None,
        stateful: false,
        rollback: RollbackClass::Manual,
        parameters: Vec::new(),
        capabilities: Vec::new(),
        adjust: None,
    }
}

impl TcpService {
    /// The image of the only edition.
    #[must_use]
    pub fn image(mut self, image: &'static str) -> Self {
        self.only_edition().image = image;
        self
    }

    /// The CPU units of the only edition, 1024 to a core.
    #[must_use]
    pub fn cpu(mut self, units: u32) -> Self {
        self.only_edition().cpu = units;
        self
    }

    /// The memory of the only edition, in MiB.
    #[must_use]
    pub fn memory(mut self, mebibytes: u32) -> Self {
        self.only_edition().memory = mebibytes;
        self
    }

    /// Adds an edition. The first one is the default.
    #[must_use]
    pub fn edition(mut self, edition: Edition) -> Self {
        self.editions.push(edition);
        self
    }

    /// How containers call it for short: `es` for `searchapp-es`.
    #[must_use]
    pub fn short(mut self, short: &'static str) -> Self {
        self.short = short;
        self
    }

    /// The scheme that clients put into a URL: `redis`.
    #[must_use]
    pub fn scheme(mut self, scheme: &'static str) -> Self {
        self.scheme = scheme;
        self
    }

    /// What it is, in one line. Without it, the description of the package.
    #[must_use]
    pub fn summary(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    /// A volume for the data, at an absolute path in the container. Without one of
    /// the arguments `data-path`, `data-volume` and `data-efs` it is new for every task.
    #[must_use]
    pub fn data_volume(mut self, name: &'static str, container_path: &'static str) -> Self {
        self.data = Some(DataVolume {
            name,
            container_path,
            always: true,
        });
        self
    }

    /// A volume for the data, at an absolute path in the container, only where
    /// one of the arguments `data-path`, `data-volume` and `data-efs` is given.
    #[must_use]
    pub fn optional_data_volume(
        mut self,
        name: &'static str,
        container_path: &'static str,
    ) -> Self {
        self.data = Some(DataVolume {
            name,
            container_path,
            always: false,
        });
        self
    }

    /// It answers HTTP, and `path` with 200 when it is well: the load balancer
    /// may ask there.
    #[must_use]
    pub fn http(mut self, path: &'static str) -> Self {
        self.http_path = Some(path);
        self
    }

    /// Each task holds its own data: more than one behind a load balancer
    /// deserves a warning.
    #[must_use]
    pub fn stateful(mut self) -> Self {
        self.stateful = true;
        self
    }

    /// The host may start an older revision by itself: it leaves nothing on
    /// disk that the older one could not read.
    #[must_use]
    pub fn rollback_automatically(mut self) -> Self {
        self.rollback = RollbackClass::Automatic;
        self
    }

    /// Adds a parameter of its own. With a secret among them comes the parameter
    /// `execution-role`, because ECS reads secrets with that role.
    #[must_use]
    pub fn parameter(mut self, parameter: impl Into<Parameter>) -> Self {
        self.parameters.push(parameter.into());
        self
    }

    /// Declares what `adjust` may ask for beyond a plain container: `exec`,
    /// `log-driver:awslogs`. What the standard parameters ask for is declared.
    #[must_use]
    pub fn capability(mut self, capability: &'static str) -> Self {
        self.capabilities.push(capability);
        self
    }

    /// What its own parameters change in the draft.
    #[must_use]
    pub fn adjust(mut self, adjust: Adjust) -> Self {
        self.adjust = Some(adjust);
        self
    }

    fn only_edition(&mut self) -> &mut Edition {
        if self.editions.is_empty() {
            self.editions.push(Edition::EMPTY);
        }
        &mut self.editions[0]
    }

    fn has_secrets(&self) -> bool {
        self.parameters
            .iter()
            .any(|it| matches!(it.accepts, ParameterType::Secret))
    }

    /// Where an argument decides how far a capability goes, it names the argument.
    fn capabilities(&self) -> Vec<String> {
        let data = self.data.map(|_| data::CAPABILITIES);
        let secrets = self.has_secrets().then_some(["secrets", "execution-role"]);
        // The Docker Official Images, whose names have no `/`, are free.
        let images = self.editions.iter().filter(|it| it.image.contains('/'));
        let mut all: Vec<String> = images
            .map(|it| format!("image:{}", repository(it.image)))
            .chain(STANDARD.map(str::to_owned))
            .chain(data.into_iter().flatten().map(str::to_owned))
            .chain(secrets.into_iter().flatten().map(str::to_owned))
            .chain(self.capabilities.iter().map(|it| (*it).to_owned()))
            .collect();
        all.dedup();
        all
    }
}

/// What the parameters of every service can ask for.
const STANDARD: [&str; 5] = [
    "image:{image}",
    "host-port:{port}",
    "tasks:{desired-count}",
    "cpu:{cpu}",
    "memory:{memory}",
];

/// An image without its tag and its digest.
fn repository(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => repository,
        _ => name,
    }
}

impl Recipe for TcpService {
    fn describe(&self) -> Manifest {
        let endpoint = Endpoint {
            name: self.name.to_owned(),
            scheme: self.scheme.to_owned(),
            description: format!("{} behind the load balancer", self.name),
        };
        Manifest {
            name: self.name.to_owned(),
            summary: self.summary.to_owned(),
            parameters: standard::parameters(self),
            endpoints: vec![endpoint],
            capabilities: self.capabilities(),
            rollback: self.rollback,
            ..Manifest::default()
        }
    }

    fn render(
        &self,
        arguments: &Arguments,
        _: &Target,
        _: &[Dependency],
    ) -> Result<Blueprint, Vec<Diagnostic>> {
        let mut draft = draft::draw(self, arguments)?;
        if let Some(adjust) = self.adjust {
            adjust(arguments, &mut draft)?;
        }
        blueprint::finish(self, arguments, draft)
    }
}
