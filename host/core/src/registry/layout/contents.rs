//! What is in a layout: the entries of `index.json`, and which of them a name means.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Layout, NAME, SCHEME, split, unfit};
use crate::bounds::{NAMES, quoted};
use crate::codes::Problem;
use crate::codes::registry::{LAYOUT, NOT_FOUND};
use crate::registry::artifact::{Descriptor, INDEX};
use crate::registry::reference::{self, Reference, Wanted, is_digest, is_tag};
use crate::registry::signature;
use crate::registry::version::newest;

/// One entry of the contents.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    pub descriptor: Descriptor,
    /// Its name, where it has one.
    pub name: Option<String>,
}

impl Entry {
    fn tag(&self) -> &str {
        self.name.as_deref().map_or("", |it| split(it).1)
    }

    /// The place that its name says: `ghcr.io/acme/redis`.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        split(self.name.as_deref()?).0
    }

    /// Whether it may be a recipe: its digest is one that is taken, and it holds no signatures.
    #[must_use]
    pub fn may_be_recipe(&self) -> bool {
        is_digest(&self.descriptor.digest) && !signature::is_beside(self.tag())
    }

    /// Whether its digest is of a kind that is not taken.
    fn is_foreign(&self) -> bool {
        !is_digest(&self.descriptor.digest) && !signature::is_beside(self.tag())
    }

    /// The tag that its name says, where it says one.
    #[must_use]
    pub fn tagged(&self) -> Option<&str> {
        Some(self.tag()).filter(|it| !it.is_empty())
    }

    /// The reference in a registry that its name is, where it is one; of a content without a tag, by its digest.
    #[must_use]
    pub fn reference(&self) -> Option<Reference> {
        let name = self.name.as_deref().filter(|it| !is_tag(it))?;
        let reference: Reference = format!("{}{name}", reference::SCHEME).parse().ok()?;
        let is_exact = matches!(reference.wanted, Wanted::Tag(_)) || reference.is_pinned();
        is_exact.then_some(reference)
    }

    /// For people.
    fn shown(&self) -> String {
        let name = self.name.as_deref().map(quoted);
        name.unwrap_or_else(|| format!("@{}", quoted(&self.descriptor.digest)))
    }
}

/// The most entries of a layout.
const ENTRIES: usize = 10_000;

/// Reads what is in a layout, also what is of a kind of digest that is not taken. `file` is `index.json` as people are told of
/// it.
///
/// # Errors
/// It is none, or names more than 10 000 things.
pub fn entries(file: &str, text: &[u8]) -> Result<Vec<Entry>, Problem> {
    #[derive(Deserialize)]
    struct Index {
        manifests: Vec<Descriptor>,
    }
    let index: Index = serde_json::from_slice(text)
        .map_err(|error| unfit(&format!("`{file}` cannot be read: {error}")))?;
    check_length(file, index.manifests.len())?;
    let entry = |descriptor: Descriptor| Entry {
        name: descriptor.annotations.get(NAME).cloned(),
        descriptor,
    };
    Ok(index.manifests.into_iter().map(entry).collect())
}

fn check_length(file: &str, length: usize) -> Result<(), Problem> {
    if length <= ENTRIES {
        return Ok(());
    }
    let why = format!("`{file}` names {length} things, and no more than {ENTRIES} are taken");
    Err(unfit(&why))
}

/// The entry that is meant.
///
/// # Errors
/// There is none, or there are several with other content.
pub fn choose<'a>(layout: &Layout, entries: &'a [Entry]) -> Result<&'a Entry, Problem> {
    let is_it = |it: &&Entry| {
        let digest = layout.digest.as_ref();
        it.may_be_recipe() && digest.is_none_or(|digest| *digest == it.descriptor.digest)
    };
    let all: Vec<&Entry> = entries.iter().filter(is_it).collect();
    let found: Vec<&Entry> = match &layout.name {
        None => all.clone(),
        // The digest decides, and the name is for people.
        Some(_) if layout.digest.is_some() => all.clone(),
        Some(name) => named(name, layout, &all),
    };
    let Some(first) = found.first() else {
        check_foreign(layout, entries)?;
        let why = match &layout.name {
            Some(_) if layout.digest.is_none() => "the layout has nothing of this name",
            _ if layout.digest.is_some() => "the layout names nothing of this digest",
            _ => "the layout is empty",
        };
        let hint = match all.as_slice() {
            [] => "copy it into the layout: host save REFERENCE -o DIR".to_owned(),
            all => format!("it has {}", list(all)),
        };
        return Err(Problem::new(
            NOT_FOUND,
            format!("there is no `{layout}`: {why}\nhint: {hint}"),
        ));
    };
    if found
        .iter()
        .all(|it| it.descriptor.digest == first.descriptor.digest)
    {
        // Of several names of the same content the one that says most.
        let best = found
            .iter()
            .max_by_key(|it| it.name.as_ref().map(String::len));
        return Ok(best.unwrap_or(first));
    }
    Err(Problem::new(
        LAYOUT,
        format!(
            "`{layout}` may be several recipes of the layout\nhint: name one of them behind `{SCHEME}{}:`, {}",
            layout.folder,
            list(&found)
        ),
    ))
}

/// Where what is meant is there, and its digest is of another kind, that is what to tell.
fn check_foreign(layout: &Layout, entries: &[Entry]) -> Result<(), Problem> {
    let all: Vec<&Entry> = entries.iter().filter(|it| it.is_foreign()).collect();
    let meant = match &layout.name {
        _ if layout.digest.is_some() => Vec::new(),
        None => all,
        Some(name) => named(name, layout, &all),
    };
    let Some(other) = meant.first() else {
        return Ok(());
    };
    Err(unfit(&format!(
        "`{}` of `{SCHEME}{}` has the digest `{}`, and only `sha256:…` is taken",
        other.shown(),
        layout.folder,
        quoted(&other.descriptor.digest)
    )))
}

/// Those of a name: whole, else by the tag that it is, else the newest of the place or the range that it says.
fn named<'a>(name: &str, layout: &Layout, all: &[&'a Entry]) -> Vec<&'a Entry> {
    let whole = all.iter().filter(|it| it.name.as_deref() == Some(name));
    let whole: Vec<&Entry> = whole.copied().collect();
    if !whole.is_empty() {
        return whole;
    }
    let (place, _) = split(name);
    let of_place: Vec<&Entry> = all
        .iter()
        .filter(|it| place.is_none_or(|place| it.place() == Some(place)))
        .copied()
        .collect();
    let tags = || of_place.iter().map(|it| it.tag());
    let tag = match layout.wanted() {
        Wanted::Tag(tag) => Some(tag),
        Wanted::Newest => newest(tags(), None).map(str::to_owned),
        Wanted::Range(range) => newest(tags(), Some(&range)).map(str::to_owned),
    };
    let is_it = |it: &&&Entry| tag.as_deref() == Some(it.tag());
    of_place.iter().filter(is_it).copied().collect()
}

/// Their names, not all of many.
fn list(entries: &[&Entry]) -> String {
    let names: BTreeSet<String> = entries.iter().map(|it| it.shown()).collect();
    let more = names.len().saturating_sub(NAMES);
    let shown: Vec<String> = names.into_iter().take(NAMES).collect();
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("`{}`{more}", shown.join("`, `"))
}

/// All tags of the place that a layout's name says.
#[must_use]
pub fn tags(layout: &Layout, entries: &[Entry]) -> Vec<String> {
    let place = layout.place();
    let of_place = entries
        .iter()
        .filter(|it| it.may_be_recipe() && place.is_none_or(|place| it.place() == Some(place)));
    let tags: BTreeSet<&str> = of_place.filter_map(Entry::tagged).collect();
    tags.into_iter().map(str::to_owned).collect()
}

/// The entries that hold signatures of a manifest, each content once: those of a place first, and never more than
/// [`signature::MOST`].
#[must_use]
pub fn signatures<'a>(entries: &'a [Entry], digest: &str, place: Option<&str>) -> Vec<&'a Entry> {
    let tag = signature::tag(digest);
    let is_one = |it: &&Entry| is_digest(&it.descriptor.digest) && it.tag() == tag;
    let (mut all, others): (Vec<&Entry>, Vec<&Entry>) = entries
        .iter()
        .filter(is_one)
        .partition(|it| it.place() == place);
    all.extend(others);
    let mut seen = BTreeSet::new();
    all.retain(|it| seen.insert(it.descriptor.digest.as_str()));
    all.truncate(signature::MOST);
    all
}

/// The contents of a layout with more entries; what has one of their names gives way, and all others stay as they are. The same
/// for the same entries, in whichever order they come.
///
/// # Errors
/// What is there cannot be read.
pub fn with(file: &str, former: Option<&[u8]>, new: &[Entry]) -> Result<Vec<u8>, Problem> {
    let mut index = match former {
        None => json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}),
        Some(text) => {
            entries(file, text)?;
            serde_json::from_slice(text)
                .map_err(|error| unfit(&format!("`{file}` cannot be read: {error}")))?
        }
    };
    let name = |it: &Value| it["annotations"][NAME].as_str().map(str::to_owned);
    let replaced: BTreeMap<&str, &Entry> = new
        .iter()
        .filter_map(|it| Some((it.name.as_deref()?, it)))
        .collect();
    let Some(manifests) = index["manifests"].as_array_mut() else {
        return Err(unfit(&format!("`{file}` has no list of manifests")));
    };
    manifests.retain(|it| name(it).is_none_or(|it| !replaced.contains_key(it.as_str())));
    for (name, entry) in replaced {
        let Descriptor {
            media_type,
            digest,
            size,
            ..
        } = &entry.descriptor;
        manifests.push(json!({
            "mediaType": media_type, "digest": digest, "size": size, "annotations": {NAME: name},
        }));
    }
    check_length(file, manifests.len())?;
    manifests.sort_by_cached_key(name);
    // Texts and numbers, which JSON can always say.
    Ok(serde_json::to_vec(&index).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::artifact::MANIFEST;

    fn entry(name: &str, content: &str) -> Entry {
        Entry {
            descriptor: Descriptor::of(MANIFEST, content.as_bytes()),
            name: Some(name).filter(|it| !it.is_empty()).map(str::to_owned),
        }
    }

    fn chosen(text: &str, entries: &[Entry]) -> Result<String, String> {
        let layout: Layout = text.parse().unwrap();
        assert_eq!(layout.to_string(), text);
        choose(&layout, entries)
            .map(Entry::shown)
            .map_err(|it| it.to_string())
    }

    #[test]
    fn a_name_is_whole_or_a_tag_or_a_range_and_means_one_content() {
        let signature = signature::tag(&format!("sha256:{}", "0".repeat(64)));
        let all = [
            entry("ghcr.io/acme/redis:1.2.0", "a"),
            entry("ghcr.io/acme/redis:1.10.0", "b"),
            entry("127.0.0.1:5000/acme/mysql:2.0.0", "c"),
            entry("127.0.0.1:5000/acme/other:1.2.0", "d"),
            entry("edge", "e"),
            entry(&format!("ghcr.io/acme/redis:{signature}"), "f"),
        ];
        for (wanted, expected) in [
            ("ghcr.io/acme/redis:1.2.0", "ghcr.io/acme/redis:1.2.0"),
            ("ghcr.io/acme/redis", "ghcr.io/acme/redis:1.10.0"),
            ("ghcr.io/acme/redis:1.2.x", "ghcr.io/acme/redis:1.2.0"),
            (
                "127.0.0.1:5000/acme/mysql",
                "127.0.0.1:5000/acme/mysql:2.0.0",
            ),
            ("2.0.0", "127.0.0.1:5000/acme/mysql:2.0.0"),
            ("1.x", "ghcr.io/acme/redis:1.10.0"),
            ("edge", "edge"),
        ] {
            assert_eq!(
                chosen(&format!("oci:v:{wanted}"), &all).as_deref(),
                Ok(expected)
            );
        }
        for (text, why) in [
            ("oci:v", "may be several"),
            (
                "oci:v:1.2.0",
                "`127.0.0.1:5000/acme/other:1.2.0`, `ghcr.io/acme/redis:1.2.0`",
            ),
            (
                "oci:v:3.x",
                "nothing of this name\nhint: it has `127.0.0.1:5000/acme/mysql:2.0.0`",
            ),
            ("oci:v:acme/redis", "nothing of this name"),
            (&format!("oci:v:{signature}"), "nothing of this name"),
        ] {
            let told = chosen(text, &all).unwrap_err();
            assert!(
                told.contains(why) && !told.contains(".sig`, "),
                "{text}: {told}"
            );
        }
        let same = [entry("", "a"), entry("1.0.0", "a")];
        assert_eq!(chosen("oci:v", &same).as_deref(), Ok("1.0.0"));
        assert!(chosen("oci:v", &[]).unwrap_err().contains("is empty"));
        let unnamed = [entry("", "a"), entry("", "b")];
        assert!(chosen("oci:v", &unnamed).unwrap_err().contains("`@sha256:"));
        let redis: Layout = "oci:v:ghcr.io/acme/redis".parse().unwrap();
        assert_eq!(tags(&redis, &all), ["1.10.0", "1.2.0"]);
        let zero = format!("sha256:{}", "0".repeat(64));
        let mut beside = vec![entry(&format!("b.io/b:{signature}"), "g")];
        beside.extend(all);
        let first = |place| {
            signatures(&beside, &zero, place)[0]
                .descriptor
                .digest
                .clone()
        };
        assert_eq!(first(None), beside[0].descriptor.digest);
        assert_eq!(
            first(Some("ghcr.io/acme/redis")),
            beside[6].descriptor.digest
        );
        assert_eq!(signatures(&beside, &zero, None).len(), 2);
        let many = (0..100).map(|it| entry(&signature, &it.to_string()));
        beside.extend(many);
        assert_eq!(signatures(&beside, &zero, None).len(), signature::MOST);
    }

    #[test]
    fn what_has_another_kind_of_digest_is_told_where_it_is_meant() {
        let mut all = vec![entry("1.0.0", "a"), entry("a.io/b:2.0.0", "b")];
        all[1].descriptor.digest = format!("sha512:{}", "0".repeat(128));
        assert_eq!(chosen("oci:v", &all).as_deref(), Ok("1.0.0"));
        for meant in ["oci:v:2.0.0", "oci:v:a.io/b"] {
            let told = chosen(meant, &all).unwrap_err();
            assert!(
                told.contains("`a.io/b:2.0.0` of `oci:v` has the digest `sha512:0"),
                "{told}"
            );
        }
        let layout: Layout = "oci:v".parse().unwrap();
        assert_eq!(tags(&layout, &all), ["1.0.0"]);
    }

    #[test]
    fn a_digest_in_a_name_is_no_tag() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for (name, place, tag) in [
            ("a.io/b", Some("a.io/b"), None),
            ("a.io/b:1.0.0", Some("a.io/b"), Some("1.0.0")),
            ("1.0.0", None, Some("1.0.0")),
        ] {
            let one = entry(&format!("{name}@{digest}"), "a");
            assert_eq!((one.place(), one.tagged()), (place, tag));
        }
    }

    #[test]
    fn only_full_names_say_a_place_in_a_registry() {
        let of = |it: &str| entry(it, "a").reference().map(|it| it.to_string());
        let digest = format!("sha256:{}", "0a".repeat(32));
        let by_digest = format!("a.io/b@{digest}");
        assert_eq!(of("a.io/b:1.0.0").as_deref(), Some("oci://a.io/b:1.0.0"));
        assert_eq!(of(&by_digest), Some(format!("oci://{by_digest}")));
        assert_eq!(entry(&by_digest, "a").tagged(), None);
        let both = entry(&format!("a.io/b:1.0.0@{digest}"), "a");
        assert_eq!(both.tagged(), Some("1.0.0"));
        for none in ["1.0.0", "a.io/b", "a.io/b:1.x", "A.io/b:1.0.0", ""] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_no_index_is_told_by_its_file() {
        let one = r#"{"mediaType":"a","digest":"a","size":1}"#;
        let many = format!(
            "{{\"manifests\":[{}{one}]}}",
            format!("{one},").repeat(ENTRIES)
        );
        for text in ["", "{}", r#"{"manifests": [{}]}"#, &many] {
            let told = entries("v/index.json", text.as_bytes()).unwrap_err();
            assert!(told.text.contains("`v/index.json`"), "{told}");
            assert!(with("v/index.json", Some(text.as_bytes()), &[]).is_err());
        }
    }

    #[test]
    fn others_stay_and_the_order_makes_no_difference() {
        let (a, b, c) = (entry("a", "1"), entry("b", "2"), entry("c", "3"));
        let made = |former: Option<&[u8]>, new: &[&Entry]| {
            let new: Vec<Entry> = new.iter().map(|it| (*it).clone()).collect();
            with("index.json", former, &new).unwrap()
        };
        let all = made(None, &[&b, &a, &c]);
        assert_eq!(made(Some(&made(None, &[&c])), &[&a, &b]), all);
        assert_eq!(made(Some(&all), &[&c]), all);
        let moved = entries("", &made(Some(&all), &[&entry("b", "9")])).unwrap();
        let names: Vec<_> = moved.iter().map(Entry::tag).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(
            moved[1].descriptor.digest,
            entry("b", "9").descriptor.digest
        );
        let foreign = br#"{"schemaVersion":2,"x":1,"manifests":[{"mediaType":"m","digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":1,"platform":{"os":"linux"}}]}"#;
        let text = String::from_utf8(made(Some(foreign), &[&a])).unwrap();
        assert!(
            text.contains(r#""platform":{"os":"linux"}"#) && text.contains(r#""x":1"#),
            "{text}"
        );
    }
}
