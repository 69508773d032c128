//! From a file and arguments to what should be. No network, no credentials.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use host_core::bounds::curb;
use host_core::codes::{self, parameters};
use host_core::desired::{DesiredService, DesiredTarget};
use host_core::diag::{Diagnostic, has_errors};
use host_core::escape::one_line;
use host_core::lower::{Identity, lower};
use host_core::params::{self, Arguments, Given};
use host_core::policy::limits::StackLimits;
use host_core::policy::{Basis, Entry, Permit};
use host_core::registry::version;
use host_core::spec::{Argument, Dependency, Manifest, Target, Value};
use host_core::tokens::{self, Spelling};
use host_core::validate::{check_extent, validate};

use super::refuse;
use crate::component::{self, LoadOptions, Recipe};
use crate::registry::Fetched;

pub mod bytes;
mod together;

/// One recipe of a call.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The name of the service in a stack file.
    pub name: Option<String>,
    /// The file; of a recipe in a registry its reference, as people are told of it.
    pub path: PathBuf,
    /// Of a recipe in a registry: what was fetched of it.
    pub fetched: Option<Fetched>,
    /// What was given for its parameters.
    pub given: BTreeMap<String, Given>,
    /// What the stack file lets it ask for, by the name of the service.
    pub entries: BTreeMap<String, Entry>,
    pub limits: StackLimits,
    /// The stack file in which its grants are to be written, as people are told of it.
    pub file: String,
    /// The recipe as that file would name it.
    pub recipe: String,
    /// The services of that file that have other recipes.
    pub taken: Vec<String>,
}

/// A recipe that is loaded and has said what it is.
pub struct Loaded {
    pub input: Input,
    pub recipe: Recipe,
    pub manifest: Manifest,
}

impl fmt::Debug for Loaded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Loaded")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}

/// What a recipe comes to for one target.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    pub path: PathBuf,
    pub manifest: Manifest,
    /// What should be; empty where the findings have errors.
    pub desired: DesiredService,
    /// What the recipe was told, defaults included; of secrets their tokens.
    pub arguments: Vec<Argument>,
    /// Token → ARN. Never shown.
    pub secrets: tokens::Known,
    /// The services whose addresses stand in it as tokens.
    pub depends_on: Vec<String>,
    /// What it asks for, and what lets that through.
    pub permit: Permit,
    /// What its stack may have.
    pub limits: StackLimits,
    /// What to write so that it may have all that it asks for and has not.
    pub offer: Option<String>,
    /// Everything found, about arguments, by the recipe itself, and about its output.
    pub findings: Vec<Diagnostic>,
}

/// The endpoint of a service that runs already, by the service's name.
pub type Live = BTreeMap<String, (String, u16)>;

impl Input {
    /// Where its bytes are.
    #[must_use]
    pub fn file(&self) -> &Path {
        self.fetched.as_ref().map_or(&self.path, |it| &it.path)
    }
}

/// Reads and loads a recipe, and asks it what it is.
///
/// # Errors
/// The file cannot be read, or is no recipe.
pub fn load(input: Input, options: &LoadOptions) -> anyhow::Result<Loaded> {
    let path = &input.path;
    let bytes = bytes::read(&input, &options.limits)?;
    let recipe = component::load(&bytes, options)
        .with_context(|| format!("could not load `{}`", path.display()))?;
    let manifest = recipe
        .describe()
        .with_context(|| format!("could not ask `{}` what it is", path.display()))?;
    // Whatever is too large is not even shown.
    if let Some(finding) = host_core::manifest::check_extent(&manifest).first() {
        return refuse(
            parameters::LIMIT,
            format!("`{}` says too much: {finding}", path.display()),
        );
    }
    let found = input.fetched.as_ref();
    if let Some((fetched, tag)) = found.and_then(|it| Some((it, it.tag.as_ref()?))) {
        let pinned = fetched.source.content(&fetched.digest).to_string();
        version::check(&fetched.source.to_string(), &pinned, tag, &manifest.version)?;
    }
    Ok(Loaded {
        input,
        recipe,
        manifest,
    })
}

/// Asks a recipe which version it is where its annotation says that it lies at another's tag.
///
/// # Errors
/// It says so itself, or cannot be asked.
pub fn check_version(fetched: &Fetched, options: &LoadOptions) -> anyhow::Result<()> {
    let is_odd = |it: &String| fetched.manifest.is_at_another(it);
    if fetched.tag.as_ref().is_some_and(is_odd) {
        let input = Input {
            path: fetched.source.to_string().into(),
            fetched: Some(fetched.clone()),
            ..Input::default()
        };
        load(input, options)?;
    }
    Ok(())
}

/// Renders all recipes of a call, those that others depend on first, in the order of the call.
///
/// # Errors
/// A recipe traps or is not deterministic, two take the same name, or they depend on each other in a circle.
pub fn render_all(
    loaded: &[Loaded],
    target: &DesiredTarget,
    live: &Live,
) -> anyhow::Result<Vec<Rendered>> {
    let names: Vec<String> = loaded.iter().map(service_name).collect();
    if let Some(twice) = names
        .iter()
        .enumerate()
        .find_map(|(index, name)| names[..index].contains(name).then_some(name))
    {
        return refuse(
            parameters::TOGETHER,
            format!(
                "two recipes of this call are called `{twice}`\nhint: give each a name of its own: in a stack file, as `[services.NAME]`, or with `--set name=NAME` in two calls"
            ),
        );
    }
    let mut rendered: BTreeMap<usize, Rendered> = BTreeMap::new();
    while rendered.len() < loaded.len() {
        let ready = (0..loaded.len()).find(|index| {
            let waits = |name: &String| {
                names
                    .iter()
                    .position(|it| it == name)
                    .is_some_and(|at| !rendered.contains_key(&at))
            };
            !rendered.contains_key(index)
                && !loaded[*index]
                    .manifest
                    .dependencies
                    .iter()
                    .any(|it| waits(&it.name))
        });
        let Some(index) = ready else {
            let left: Vec<&str> = (0..loaded.len())
                .filter(|it| !rendered.contains_key(it))
                .map(|it| names[it].as_str())
                .collect();
            return refuse(
                parameters::TOGETHER,
                format!(
                    "these recipes depend on each other in a circle: `{}`",
                    left.join("`, `")
                ),
            );
        };
        let ports = rendered.values().filter_map(|it| {
            Some((
                it.desired.name.clone(),
                *it.desired.endpoints.values().next()?,
            ))
        });
        let ports: BTreeMap<String, u16> = ports.collect();
        let one = render(&loaded[index], &names[index], target, &ports, live)?;
        rendered.insert(index, one);
    }
    let mut rendered: Vec<Rendered> = rendered.into_values().collect();
    together::check(&mut rendered);
    let most = loaded.iter().map(|it| it.input.limits.load_balancers).max();
    together::limit_load_balancers(&mut rendered, most.unwrap_or_default());
    Ok(rendered)
}

/// The name of the service: of the stack file, of the parameter `name`, or of the recipe.
#[must_use]
pub fn service_name(loaded: &Loaded) -> String {
    let given = loaded.input.given.get("name").and_then(|it| match it {
        Given::Text(text) => Some(text.clone()),
        Given::Typed(value) => value.as_str().map(str::to_owned),
    });
    let given = given.filter(|_| takes_name(&loaded.manifest));
    let chosen = loaded.input.name.clone().or(given);
    chosen.unwrap_or_else(|| loaded.manifest.name.clone())
}

/// Whether the service can be called otherwise than its recipe.
fn takes_name(manifest: &Manifest) -> bool {
    manifest.parameters.iter().any(|it| it.name == "name")
}

/// What can be said of a call before anyone knows where it goes: manifests and arguments.
#[must_use]
pub fn check_arguments(loaded: &[Loaded]) -> Vec<Rendered> {
    loaded
        .iter()
        .map(|it| read_arguments(it, &service_name(it)).0)
        .collect()
}

fn read_arguments(loaded: &Loaded, name: &str) -> (Rendered, Arguments) {
    let Loaded {
        input, manifest, ..
    } = loaded;
    let mut rendered = Rendered {
        path: input.path.clone(),
        manifest: manifest.clone(),
        limits: input.limits,
        ..Rendered::default()
    };
    rendered.desired.name = name.to_owned();
    let mut given = input.given.clone();
    // In a stack file the service's key names it, unless its parameters say something else.
    if let Some(name) = input.name.as_ref().filter(|_| takes_name(manifest)) {
        given
            .entry("name".to_owned())
            .or_insert_with(|| Given::Text(name.clone()));
    }
    rendered.findings = host_core::manifest::check(manifest);
    let entry = input.entries.get(name);
    rendered
        .findings
        .extend(entry.map(|it| it.read(name).1).into_iter().flatten());
    let (arguments, findings) = params::resolve(&manifest.parameters, &given);
    rendered.findings.extend(findings);
    (rendered, arguments)
}

fn render(
    loaded: &Loaded,
    name: &str,
    target: &DesiredTarget,
    ports: &BTreeMap<String, u16>,
    live: &Live,
) -> anyhow::Result<Rendered> {
    let Loaded {
        input,
        recipe,
        manifest,
    } = loaded;
    let (mut rendered, arguments) = read_arguments(loaded, name);
    let dependencies = dependencies(manifest, ports, live, &mut rendered.findings);
    if has_errors(&rendered.findings) {
        return Ok(rendered);
    }
    rendered.depends_on = dependencies.iter().map(|it| it.name.clone()).collect();
    let identity = Identity {
        name: name.to_owned(),
        recipe: format!("{}@{}", manifest.name, manifest.version),
        source: input.fetched.as_ref().map(|it| it.pinned().to_string()),
        digest: format!("sha256:{}", recipe.digest()),
        endpoints: manifest.endpoints.clone(),
        has_fixed_name: !takes_name(manifest),
    };
    let spec = Target {
        region: target.region.clone(),
        cluster: target.cluster.clone(),
        extra: None,
    };
    let ask = |spelling| {
        ask(
            recipe,
            &arguments,
            &spec,
            &dependencies,
            &identity,
            spelling,
        )
    };
    let context = || format!("could not render `{}`", input.path.display());
    let first = ask(Spelling::First).with_context(context)?;
    if first != ask(Spelling::Second).with_context(context)? {
        return refuse(
            parameters::NOT_DETERMINISTIC,
            format!(
                "`{}` gives different results for the same arguments\n\
             hint: a recipe must be deterministic, and must not look inside the tokens of secrets and addresses",
                input.path.display()
            ),
        );
    }
    let (desired, findings) = first;
    rendered.findings.extend(findings);
    if !has_errors(&rendered.findings) {
        let checked = Some(target).filter(|it| !it.cluster.is_empty());
        rendered.findings.extend(validate(&desired, checked));
    }
    let basis = Basis {
        manifest,
        arguments: &arguments,
        typed: &input.given.keys().cloned().collect(),
        entry: input.entries.get(name),
        file: &input.file,
        recipe: &input.recipe,
        taken: &input.taken,
    };
    rendered.permit = Permit::new(&desired, &basis);
    let refused = rendered
        .permit
        .check(&desired, &basis, target, input.limits);
    rendered.findings.extend(refused);
    rendered.offer = rendered.permit.offer(&rendered.findings);
    rendered.findings = curb(rendered.findings);
    (rendered.arguments, rendered.secrets) = (arguments.list, arguments.secrets);
    rendered.desired = desired;
    Ok(rendered)
}

/// Renders once, with tokens spelt one way, and puts the readable tokens back.
fn ask(
    recipe: &Recipe,
    arguments: &Arguments,
    target: &Target,
    dependencies: &[Dependency],
    identity: &Identity,
    spelling: Spelling,
) -> anyhow::Result<(DesiredService, Vec<Diagnostic>)> {
    let masked: Vec<Argument> = arguments
        .list
        .iter()
        .map(|argument| mask(argument, spelling))
        .collect();
    let addresses: Vec<Dependency> = dependencies
        .iter()
        .map(|it| Dependency {
            address: tokens::disguise(&it.address, spelling),
            ..it.clone()
        })
        .collect();
    let used: Vec<String> = arguments
        .secrets
        .keys()
        .cloned()
        .chain(dependencies.iter().map(|it| it.address.clone()))
        .collect();
    let nothing = || DesiredService {
        name: identity.name.clone(),
        ..DesiredService::default()
    };
    let (mut desired, mut findings) = match recipe.render(&masked, target, &addresses)? {
        Ok(blueprint) => match check_extent(&blueprint) {
            findings if findings.is_empty() => lower(&blueprint, identity),
            findings => (nothing(), findings),
        },
        Err(mut findings) => {
            if !has_errors(&findings) {
                findings.push(Diagnostic::error(
                    "",
                    "the recipe failed without saying why",
                ));
            }
            (nothing(), findings)
        }
    };
    for finding in &mut findings {
        // What the host finds has a code; the rest the recipe says itself.
        let code = *finding.code.get_or_insert(codes::parameters::OWN);
        if let Some(hint) = finding
            .hint
            .as_mut()
            .filter(|_| code == codes::parameters::OWN)
        {
            // Of the contract it is one line, and more of them would look like ours.
            *hint = one_line(hint).into_owned();
        }
        tokens::unmask_text(&mut finding.path, &used, spelling);
        tokens::unmask_text(&mut finding.message, &used, spelling);
        if let Some(hint) = &mut finding.hint {
            tokens::unmask_text(hint, &used, spelling);
        }
        finding.path = host_core::model::normalise_path(&finding.path);
    }
    for (part, body) in desired.bodies_mut() {
        tokens::unmask(body, &used, spelling);
        let misused = tokens::misused_secrets(body, part).into_iter();
        for mut finding in misused.chain(tokens::unknown(body, &used, part)) {
            finding.path = host_core::model::normalise_path(&finding.path);
            findings.push(finding);
        }
    }
    // After the tokens are back: a text that is cut in the middle of one could not be compared.
    Ok((desired, curb(findings)))
}

fn mask(argument: &Argument, spelling: Spelling) -> Argument {
    match &argument.value {
        Value::Secret(token) => Argument {
            value: Value::Secret(tokens::disguise(token, spelling)),
            ..argument.clone()
        },
        Value::Text(_) | Value::Integer(_) | Value::Boolean(_) | Value::TextList(_) => {
            argument.clone()
        }
    }
}

/// The endpoints that the manifest asks for: of this call, or of what runs already.
fn dependencies(
    manifest: &Manifest,
    ports: &BTreeMap<String, u16>,
    live: &Live,
    findings: &mut Vec<Diagnostic>,
) -> Vec<Dependency> {
    let mut found = Vec::new();
    for declared in &manifest.dependencies {
        let port = ports
            .get(&declared.name)
            .copied()
            .or_else(|| live.get(&declared.name).map(|it| it.1));
        match port {
            Some(port) => found.push(Dependency {
                name: declared.name.clone(),
                address: tokens::address(&declared.name),
                port: port.into(),
            }),
            None if declared.optional => {}
            None => findings.push(
                Diagnostic::error(
                    format!("dependencies.{}", declared.name),
                    format!(
                        "nothing offers an endpoint of that name: {}",
                        declared.description
                    ),
                )
                .code(codes::target::DEPENDENCY)
                .hint(format!(
                    "name its recipe in the same call, or run a service called `{}` first",
                    declared.name
                )),
            ),
        }
    }
    found
}
