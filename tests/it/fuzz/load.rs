//! Bytes → recipe → its manifest and what it renders.

use std::borrow::Cow;
use std::fs;

use fastrand::Rng;
use host::component::{Limit, Limits, LoadOptions, RecipeError, load};
use host_core::spec::Target as Place;

use super::mutate;
use super::target::Target;
use crate::harness::root;
use crate::hostile::guests;

/// A case is the bytes of a file, or the text of a module (its first byte is a parenthesis or a comment's semicolon), which is made
/// a component first: so that most of what comes of changing it loads.
pub(crate) struct Load {
    seeds: Vec<Vec<u8>>,
    contract: String,
    options: LoadOptions,
}

impl Load {
    pub(crate) fn new() -> Self {
        let entries = fs::read_dir(root().join("tests/guests")).unwrap();
        let mut names: Vec<String> = entries
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .filter_map(|it| it.strip_suffix(".wat").map(str::to_owned))
            .collect();
        names.sort();
        let texts = names.iter().map(|it| guests::text(it));
        let texts = texts.filter(|it| is_module(it)).map(String::into_bytes);
        let components = names.iter().map(|it| guests::guest_or_module(it));
        Self {
            seeds: components.chain(texts).collect(),
            contract: fs::read_to_string(root().join("wit/v0.1/recipe.wit")).unwrap(),
            options: LoadOptions {
                // So that a loop costs a millisecond, and a memory bomb no memory.
                limits: Limits::default()
                    .with(Limit::Fuel, 1_000_000)
                    .with(Limit::Memory, 48 << 20)
                    .with(Limit::Time, 500),
                ..LoadOptions::default()
            },
        }
    }

    /// The bytes to load: a text that makes no component is tried as it is.
    fn bytes<'a>(&self, case: &'a [u8]) -> Cow<'a, [u8]> {
        let text = std::str::from_utf8(case).ok().filter(|it| is_module(it));
        let made = text.and_then(|it| guests::try_component(it, &self.contract));
        made.map_or(Cow::Borrowed(case), Cow::Owned)
    }
}

/// Whether two answers are one, or the clock stopped one of them.
fn is_same<T: PartialEq>(one: &Result<T, RecipeError>, other: &Result<T, RecipeError>) -> bool {
    let is_late = |it: &Result<T, RecipeError>| {
        matches!(
            it,
            Err(RecipeError::Limit {
                limit: Limit::Time,
                ..
            })
        )
    };
    one == other || is_late(one) || is_late(other)
}

/// Whether it is the text of a core module.
fn is_module(text: &str) -> bool {
    text.starts_with("(module") || text.contains("\n(module")
}

impl Target for Load {
    const NAME: &'static str = "load";

    fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    fn change(&self, chance: &mut Rng, case: &[u8]) -> Vec<u8> {
        if let Some(text) = std::str::from_utf8(case).ok().filter(|it| is_module(it)) {
            let changed = if chance.bool() {
                mutate::numbers(chance, text)
            } else {
                mutate::escapes(chance, text)
            };
            return changed.into_bytes();
        }
        let mut case = case.to_vec();
        let other = mutate::one_of(chance, &self.seeds);
        mutate::bytes(chance, &mut case, other);
        case
    }

    fn run(&self, case: &[u8]) -> bool {
        let recipe = match load(&self.bytes(case), &self.options) {
            Ok(recipe) => recipe,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return false;
            }
        };
        let describe = || recipe.describe();
        let render = || recipe.render(&[], &Place::default(), &[]);
        // Whatever it does, it does again; the clock, which stops what instructions do not, is nobody's to repeat.
        let (first, second) = (describe(), describe());
        assert!(is_same(&first, &second), "{first:?}\n{second:?}");
        let (first, second) = (render(), render());
        assert!(is_same(&first, &second), "{first:?}\n{second:?}");
        if let Ok(manifest) = describe() {
            let findings = host_core::manifest::check_extent(&manifest);
            if findings.is_empty() {
                host_core::manifest::check(&manifest);
                host_core::lint::of_manifest(&manifest);
                host_core::policy::check_capabilities(&manifest);
            }
        }
        true
    }
}
