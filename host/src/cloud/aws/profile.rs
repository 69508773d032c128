//! What the profile in use asks for, read for what the SDK does not do and for what it does not say.

use aws_config::profile::{self, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};
use host_core::fault::{Fault, FaultKind};
use host_core::near::is_near;

use super::failure;
use crate::network::Setting;

/// The profile in use, and those that its `source_profile` leads to.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// Its name, where somebody named it: `--profile` or `AWS_PROFILE`.
    named: Option<String>,
    /// Why it is not there, where somebody named one that is in no file.
    missing: Option<String>,
    /// `ca_bundle`, which the SDK does not read.
    pub(super) ca_bundle: Option<Setting>,
    /// The first one with a role and `mfa_serial`: the SDK asks for the role without a code.
    mfa: Option<String>,
    /// The one with a session of IAM Identity Center.
    sso: Option<String>,
}

/// So many profiles are named where one is not there.
const SHOWN: usize = 12;

/// A chain of profiles that is longer than this is a loop.
const LONGEST: usize = 16;

impl Profile {
    /// Reads it, and says nothing of files that cannot be read: the SDK does, when it needs them.
    pub(super) async fn read(asked: Option<&str>) -> Self {
        let asked = asked.map(ToOwned::to_owned);
        let wanted = asked.clone().map(Into::into);
        #[expect(
            deprecated,
            reason = "its other name is in a crate that nothing else is needed of"
        )]
        let files = profile::profile_file::ProfileFiles::default();
        let loaded = profile::load(&Fs::real(), &Env::real(), &files, wanted).await;
        match loaded {
            Ok(profiles) => Self::of(&profiles, asked),
            Err(_) => Self {
                named: asked,
                ..Self::default()
            },
        }
    }

    fn of(profiles: &ProfileSet, asked: Option<String>) -> Self {
        let selected = profiles.selected_profile();
        let mut found = Self {
            named: asked.or_else(|| (selected != "default").then(|| selected.to_owned())),
            ca_bundle: profiles.get("ca_bundle").map(|value| Setting {
                place: format!("`ca_bundle` of profile `{selected}`"),
                value: value.to_owned(),
            }),
            ..Self::default()
        };
        if let (Some(name), None) = (&found.named, profiles.get_profile(selected)) {
            found.missing = Some(missing(name, profiles.profiles(), &Env::real()));
        }
        let mut next = Some(selected);
        for _ in 0..LONGEST {
            let Some(profile) = next.and_then(|name| profiles.get_profile(name)) else {
                break;
            };
            let has = |key: &str| profile.get(key).is_some();
            let name = || profile.name().to_owned();
            if has("role_arn") && has("mfa_serial") {
                found.mfa.get_or_insert_with(name);
            }
            if has("sso_session") || has("sso_start_url") {
                found.sso.get_or_insert_with(name);
            }
            next = profile.get("source_profile");
        }
        found
    }

    /// That somebody named a profile which is in no file, if so.
    pub(super) fn absence(&self) -> Option<Fault> {
        let why = self.missing.as_ref()?;
        Some(Fault {
            kind: FaultKind::Credentials,
            ..failure::local("Connect", "AWS", why)
        })
    }

    /// Says of missing credentials whose they are, and what the SDK left out. The table of faults goes by these words.
    pub(super) fn tell(&self, fault: &mut Fault) {
        if fault.kind != FaultKind::Credentials {
            return;
        }
        let said = &fault.message;
        let is_denied = said.contains("AccessDenied");
        let is_tried = said.starts_with("an error occurred while loading");
        if let Some(missing) = &self.missing
            && said.contains("could not find source profile")
        {
            fault.message = missing.clone();
            return;
        }
        fault.message = match (&self.mfa, &self.sso, &self.named) {
            // The `aws` command goes the whole chain by itself, so the first profile is the one to name.
            (Some(name), _, Some(first)) if is_denied && first != name => format!(
                "profile `{first}` leads to `{name}`, which has `mfa_serial`, and was used without a code: {said}"
            ),
            (Some(name), _, _) if is_denied => {
                format!("profile `{name}` has `mfa_serial`, and was used without a code: {said}")
            }
            (_, Some(name), _) if is_tried && !said.contains("AssumeRole") => {
                format!("profile `{name}` has a session of IAM Identity Center: {said}")
            }
            (_, _, Some(name)) => format!("profile `{name}`: {said}"),
            _ => return,
        };
    }
}

/// Where a profile that is not there was looked for, and which there are. The table of faults goes by these words.
fn missing<'a>(name: &str, profiles: impl Iterator<Item = &'a str>, variables: &Env) -> String {
    let [config, credentials] = FILES.map(|(variable, usual)| match variables.get(variable) {
        Ok(path) => format!("`{path}`"),
        Err(_) => format!("`{usual}`"),
    });
    let mut all: Vec<&str> = profiles.collect();
    all.sort_unstable();
    let near: Vec<&str> = all.iter().copied().filter(|it| is_near(name, it)).collect();
    let listed = |names: &[&str]| {
        let quoted: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
        quoted.join(", ")
    };
    let others = match (&near[..], &all[..]) {
        ([], []) => "there are no profiles".to_owned(),
        ([], all) if all.len() > SHOWN => {
            let more = all.len() - SHOWN;
            format!("there are {} and {more} more", listed(&all[..SHOWN]))
        }
        ([], all) => format!("there are {}", listed(all)),
        (near, _) => format!("did you mean {}?", listed(near)),
    };
    format!("profile `{name}` is in neither {config} nor {credentials}; {others}")
}

/// The files of profiles: AWS's variables for them, and where they are usually.
const FILES: [(&str, &str); 2] = [
    ("AWS_CONFIG_FILE", "~/.aws/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_that_is_not_there_is_told_with_files_and_others() {
        let none = Env::from_slice(&[]);
        let words = |name: &str, profiles: &[&str]| missing(name, profiles.iter().copied(), &none);
        assert_eq!(
            words("prdo", &["prod", "dev"]),
            "profile `prdo` is in neither `~/.aws/config` nor `~/.aws/credentials`; did you mean `prod`?"
        );
        assert!(words("other", &["prod", "dev"]).ends_with("; there are `dev`, `prod`"));
        assert!(words("other", &[]).ends_with("; there are no profiles"));
        let many: Vec<String> = (10..30).map(|it| format!("account-{it}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(words("x", &many).ends_with("`account-21` and 8 more"));
        let elsewhere = Env::from_slice(&[("AWS_CONFIG_FILE", "/etc/aws")]);
        assert!(
            missing("x", std::iter::empty(), &elsewhere)
                .contains("neither `/etc/aws` nor `~/.aws/credentials`")
        );
    }
}
