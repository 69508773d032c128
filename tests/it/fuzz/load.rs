//! Bytes → recipe → its manifest and what it renders.

use std::fs;
use std::time::Duration;

use fastrand::Rng;
use host::component::{Limit, Limits, LoadOptions, load};
use host_core::spec::Target as Place;

use super::mutate;
use crate::harness::root;
use crate::hostile::guests;

pub(super) struct Load {
    /// The guests as texts, to be changed before they are components.
    texts: Vec<String>,
    /// The guests as components.
    components: Vec<Vec<u8>>,
    contract: String,
    options: LoadOptions,
}

impl Load {
    pub(super) fn new() -> Self {
        let entries = fs::read_dir(root().join("tests/guests")).unwrap();
        let mut names: Vec<String> = entries
            .map(|it| it.unwrap().file_name().into_string().unwrap())
            .filter_map(|it| it.strip_suffix(".wat").map(str::to_owned))
            .collect();
        names.sort();
        let is_core = |it: &String| it.starts_with("(module") || it.contains("\n(module");
        Self {
            components: names.iter().map(|it| guests::guest_or_module(it)).collect(),
            texts: names
                .iter()
                .map(|it| guests::text(it))
                .filter(is_core)
                .collect(),
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
}

impl super::Target for Load {
    const NAME: &'static str = "load";
    const CASES: u64 = 100;
    const MOST: Duration = Duration::from_secs(10);

    fn next(&self, chance: &mut Rng) -> Vec<u8> {
        if chance.bool() {
            let mut case = mutate::one_of(chance, &self.components).clone();
            let other = mutate::one_of(chance, &self.components).clone();
            mutate::bytes(chance, &mut case, &other);
            return case;
        }
        let text = mutate::one_of(chance, &self.texts).clone();
        let text = if chance.bool() {
            mutate::numbers(chance, &text)
        } else {
            mutate::escapes(chance, &text)
        };
        guests::try_component(&text, &self.contract).unwrap_or_else(|| text.into_bytes())
    }

    fn run(&self, case: &[u8]) -> bool {
        let recipe = match load(case, &self.options) {
            Ok(recipe) => recipe,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                return false;
            }
        };
        let describe = || recipe.describe();
        let render = || recipe.render(&[], &Place::default(), &[]);
        // Whatever it does, it does again.
        assert_eq!(describe(), describe());
        assert_eq!(render(), render());
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
