//! Stack files: a target, and services with their recipes and parameters.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use host_core::codes::parameters::FILE;
use host_core::codes::registry::KEY;
use host_core::ownership::is_account;
use host_core::policy::Entry;
use host_core::policy::limits::StackLimits;
use host_core::registry::Source;
use host_core::registry::key::PublicKey;
use host_core::registry::layout::Layout;
use host_core::registry::reference::is_digest;
use host_core::registry::trust::Trust;
use serde::Deserialize;
use serde_json::Value;

use crate::component::Limit;
use crate::failure::Told;
use crate::files;

mod form;

/// The name under which a stack file is found without being named.
pub(super) const NAME: &str = "host.toml";

/// Refuses a key in the place of the name of its file, and shows nothing of it: variables of CI systems hold keys.
///
/// # Errors
/// It is one, or too long for a name.
pub fn check_key_file(path: &Path) -> Result<()> {
    /// No base64 of a key is shorter, and few names are longer.
    const LONG: usize = 100;
    let text = path.to_string_lossy();
    let is_key = text.contains('\n') || text.contains("-----BEGIN") || text.len() >= LONG;
    if !is_key || path.exists() {
        return Ok(());
    }
    Err(Told::new("the key itself is given, and the name of its file is wanted")
        .code(KEY)
        .hint("write it into a file that only you can read, or give it on stdin: `--key /dev/stdin`")
        .into())
}

/// Reads the public key of somebody who signs.
///
/// # Errors
/// There is no such file, or it is no public key.
pub fn public_key(path: &Path) -> Result<PublicKey> {
    check_key_file(path)?;
    let name = path.display().to_string();
    let text = files::text(path).map_err(|error| {
        Told::new(format!("cannot read the public key `{name}`: {error}"))
            .code(KEY)
            .hint("name the file that whoever signs gave you, such as `cosign.pub`; in a stack file from the folder in which that lies")
    })?;
    Ok(PublicKey::read(&name, &text)?)
}

/// A stack file as it was read.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub struct StackFile {
    /// Where it lies: relative when it is in the current folder.
    #[serde(skip)]
    pub path: PathBuf,
    pub target: TargetTable,
    /// `[sandbox]`: what recipes may use, each a number or a text with a unit.
    pub sandbox: BTreeMap<String, Value>,
    pub services: BTreeMap<String, ServiceTable>,
    pub limits: LimitsTable,
    /// `[trust]`: whose signatures count for which recipes of registries.
    pub trust: Trust,
}

/// `[limits]`: what the whole stack may have, or must.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub struct LimitsTable {
    pub load_balancers: Option<usize>,
    pub digest_only: bool,
}

/// `[target]`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(default, rename_all = "kebab-case")]
pub struct TargetTable {
    pub account: Option<String>,
    pub cluster: Option<String>,
    pub region: Option<String>,
    pub profile: Option<String>,
    pub endpoint_url: Option<String>,
    pub subnets: Vec<String>,
    pub security_groups: Vec<String>,
    pub service_role: Option<String>,
    pub stack: Option<String>,
}

/// `[services.NAME]`.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub struct ServiceTable {
    /// The path of the recipe, from the folder of the stack file; or where it lies in a registry or a layout.
    pub recipe: String,
    /// `[services.NAME.parameters]`.
    #[serde(default)]
    pub parameters: BTreeMap<String, Value>,
    /// What the recipe may ask for beyond a plain container.
    #[serde(default)]
    pub grants: Vec<String>,
    /// `sha256:…` of the recipe that the grants were written for.
    pub granted_to: Option<String>,
}

impl StackFile {
    /// The nearest `host.toml`, from `folder` upwards.
    ///
    /// # Errors
    /// There is one, and it cannot be read.
    pub fn nearest(folder: &Path) -> Result<Option<Self>> {
        let found = folder
            .ancestors()
            .map(|it| it.join(NAME))
            // Whatever has the name is meant: a link that leads nowhere is told, and not passed over.
            .find(|it| it.symlink_metadata().is_ok());
        found
            .map(|path| Self::read(path.strip_prefix(folder).unwrap_or(&path)))
            .transpose()
    }

    /// Reads a stack file.
    ///
    /// # Errors
    /// It cannot be read, or is not what a stack file is.
    pub fn read(path: &Path) -> Result<Self> {
        let text = files::text(path).map_err(|error| {
            Told::new(format!(
                "cannot read the stack file `{}`: {error}",
                path.display()
            ))
            .code(FILE)
            .hint(
                "name a file that ends in `.toml`, or leave it out to have the nearest `host.toml`",
            )
        })?;
        Self::parse(&text, path)
    }

    /// Parses the text of a stack file.
    ///
    /// # Errors
    /// It is not TOML, or a key has a value of the wrong type.
    pub fn parse(text: &str, path: &Path) -> Result<Self> {
        let wrong = |error: toml::de::Error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            // The parser of TOML takes longer numbers than a value does.
            let reason = match error.message().trim() {
                "JSON number out of range" => "the number is too large",
                reason => reason,
            };
            Told::new(format!("`{}`, line {line}: {reason}", path.display()))
                .code(FILE)
                .hint("a stack file has `[target]`, and `[services.NAME]` with `recipe = \"path\"` and `parameters`")
        };
        let value: Value = toml::from_str(text).map_err(wrong)?;
        form::check(path, &value)?;
        let file: Self = toml::from_str(text).map_err(wrong)?;
        check_target(path, value.get("target"))?;
        file.limits_of(path)?;
        check_granted_to(path, &file.services)?;
        let unfit = match file.trust.unfit() {
            Some((place, why)) => Some(format!("`trust.\"{place}\"` {why}")),
            // It would trust everybody, who writes it means the opposite.
            None if value.get("trust").is_some() && file.trust.0.is_empty() => {
                Some("`trust` names no place".to_owned())
            }
            None => None,
        };
        if let Some(why) = unfit {
            return Err(Told::new(format!("`{}`: {why}", path.display()))
                .code(FILE)
                .hint("write `\"ghcr.io/acme\" = [\"acme.pub\"]` under `[trust]`, or `= \"anyone\"` where nobody has to sign")
                .into());
        }
        Ok(Self {
            path: path.to_owned(),
            ..file
        })
    }

    /// What `[sandbox]` sets.
    ///
    /// # Errors
    /// A value is none of its limit's.
    pub fn limits(&self) -> Result<Vec<(Limit, u64)>> {
        Ok(self.limits_of(&self.path)?)
    }

    fn limits_of(&self, path: &Path) -> Result<Vec<(Limit, u64)>, Told> {
        let one = |(name, value): (&String, &Value)| {
            let limit = Limit::named(name)?;
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let read = limit.read(&text).map_err(|reason| {
                let message = format!("`{}`: `sandbox.{name}` is `{text}`, and {reason}", path.display());
                Told::new(message)
                    .code(FILE)
                    .hint("`host inspect RECIPE` shows every limit; leave the key out to have the default")
            });
            Some(read.map(|it| (limit, it)))
        };
        self.sandbox.iter().filter_map(one).collect()
    }

    /// The path of a service's recipe, from the current folder; of one in a registry or a layout its reference.
    pub fn recipe(&self, service: &ServiceTable) -> PathBuf {
        if Source::is_meant(&service.recipe) {
            let source = Source::within(&service.recipe, self.folder());
            return PathBuf::from(
                source.map_or_else(|_| service.recipe.clone(), |it| it.to_string()),
            );
        }
        self.path.parent().map_or_else(
            || PathBuf::from(&service.recipe),
            |folder| folder.join(&service.recipe),
        )
    }

    /// The folder in which it lies, from which it names others.
    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The path of a recipe as this file would name it: from the folder in which the file lies.
    pub fn naming(&self, recipe: &Path) -> PathBuf {
        let folder = |path: Option<&Path>| {
            let path = path.filter(|it| !it.as_os_str().is_empty());
            fs::canonicalize(path.unwrap_or(Path::new("."))).ok()
        };
        let folders = folder(self.path.parent()).zip(folder(recipe.parent()));
        let (Some((from, to)), Some(name)) = (folders, recipe.file_name()) else {
            return recipe.to_owned();
        };
        if recipe.is_absolute() {
            return recipe.to_owned();
        }
        let pairs = from.components().zip(to.components());
        let shared = pairs.take_while(|(one, other)| one == other).count();
        let up = from.components().skip(shared).map(|_| Path::new(".."));
        let down: PathBuf = to.components().skip(shared).collect();
        up.collect::<PathBuf>().join(down).join(name)
    }

    /// What it lets the recipe of a path ask for, by the name of the service. A service with another recipe says nothing about
    /// this one, whatever both are called.
    pub fn entries(&self, recipe: &Path) -> BTreeMap<String, Entry> {
        let is_it = |it: &&ServiceTable| plain(&self.recipe(it)) == plain(recipe);
        let of_it = self.services.iter().filter(|(_, it)| is_it(it));
        of_it.map(|(name, it)| (name.clone(), it.entry())).collect()
    }

    /// The keys of those who have to have signed a recipe; nothing where nobody has to, as with one of a layout.
    ///
    /// # Errors
    /// Nothing is said of where it lies, or a file is no key.
    pub fn keys(&self, source: &Source) -> Result<Option<Vec<PublicKey>>> {
        // A layout is a folder of the user's, as a path is: who may write there could as well write this file.
        let Some(reference) = source.registry() else {
            return Ok(None);
        };
        let file = self.path.display().to_string();
        let Some(names) = self.trust.of(&file, reference)? else {
            return Ok(None);
        };
        let keys = names
            .iter()
            .map(|name| public_key(&self.folder().join(name)));
        keys.collect::<Result<_>>().map(Some)
    }

    /// What the stack may have.
    pub fn stack_limits(&self) -> StackLimits {
        let usual = StackLimits::default();
        StackLimits {
            load_balancers: self.limits.load_balancers.unwrap_or(usual.load_balancers),
            digest_only: self.limits.digest_only,
        }
    }
}

impl ServiceTable {
    /// What it lets its recipe ask for.
    pub fn entry(&self) -> Entry {
        Entry {
            grants: self.grants.clone(),
            granted_to: self.granted_to.clone(),
        }
    }
}

/// The path of a recipe in its only spelling; of one in a layout, with that of the layout's folder.
fn plain(recipe: &Path) -> PathBuf {
    let whole = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let layout = recipe.to_str().and_then(|it| it.parse::<Layout>().ok());
    let layout = layout.and_then(|it| it.within(&whole(Path::new(&it.folder))).ok());
    layout.map_or_else(|| whole(recipe), |it| PathBuf::from(it.to_string()))
}

/// A digest that is none would never be that of a recipe.
fn check_granted_to(path: &Path, services: &BTreeMap<String, ServiceTable>) -> Result<(), Told> {
    let said = services
        .iter()
        .filter_map(|(name, it)| Some((name, it.granted_to.as_deref()?)));
    match said.into_iter().find(|(_, it)| !is_digest(it)) {
        None => Ok(()),
        Some((name, digest)) => Err(Told::new(format!(
            "`{}`: `services.{name}.granted-to` is `{digest}`, and the digest of a recipe is expected",
            path.display()
        ))
        .code(FILE)
        .hint("write it as `host inspect` shows it: `sha256:` and 64 hexadecimal digits")),
    }
}

/// Nobody means an empty text: it is what is left of a name that was to be filled in, and would go unheard.
fn check_target(path: &Path, target: Option<&Value>) -> Result<(), Told> {
    let wrong = |key: &str, what: &str, hint: &str| {
        let message = format!("`{}`: `target.{key}` {what}", path.display());
        Told::new(message).code(FILE).hint(hint)
    };
    let is_empty = |it: &Value| it.as_str().is_some_and(|it| it.trim().is_empty());
    for (key, value) in target.and_then(Value::as_object).into_iter().flatten() {
        if is_empty(value) {
            return Err(wrong(key, "is empty", "name one, or leave the key out"));
        }
        if value.as_array().is_some_and(|it| it.iter().any(is_empty)) {
            let hint = "take the empty text out of the list";
            return Err(wrong(key, "has an empty text in its list", hint));
        }
    }
    match target.and_then(|it| it["account"].as_str()) {
        Some(account) if !is_account(account) => Err(wrong(
            "account",
            &format!("is `{account}`, and an account id has 12 digits"),
            "`aws sts get-caller-identity` tells that of your credentials",
        )),
        _ => Ok(()),
    }
}
