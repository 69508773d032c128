//! Small changes, by chance: of bytes, of texts of WebAssembly, and of JSON.

use fastrand::Rng;
use serde_json::{Value, json};

/// One of several.
pub(super) fn one_of<'a, T>(chance: &mut Rng, all: &'a [T]) -> &'a T {
    &all[chance.usize(..all.len())]
}

/// Changes some bytes, takes some away, doubles some, or puts some of another case in.
pub(super) fn bytes(chance: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=chance.usize(..4) {
        if bytes.is_empty() {
            return;
        }
        let at = chance.usize(..bytes.len());
        let until = (at + chance.usize(..24)).min(bytes.len());
        match chance.u8(..8) {
            0 | 1 => bytes[at] ^= 1 << chance.u8(..8),
            2 => bytes[at] = *one_of(chance, &[0, 1, 0x7f, 0x80, 0xff, 0x0b, 0x40, 0x10]),
            3 => bytes[at] = bytes[at].wrapping_add(1),
            4 => drop(bytes.drain(at..until)),
            5 => {
                let part = bytes[at..until].to_vec();
                bytes.splice(at..at, part);
            }
            6 if !other.is_empty() => {
                let from = chance.usize(..other.len());
                let to = (from + chance.usize(..64)).min(other.len());
                bytes.splice(at..until, other[from..to].iter().copied());
            }
            _ => bytes.truncate(at.max(8)),
        }
    }
}

/// Numbers at which something changes.
const NUMBERS: [i64; 16] = [
    0,
    1,
    2,
    3,
    7,
    8,
    64,
    1023,
    1024,
    65_535,
    65_536,
    1_000_000,
    33_554_432,
    2_147_483_647,
    -1,
    -2_147_483_648,
];

/// Changes some numbers of a text of WebAssembly, so that what comes of it is mostly valid still.
pub(super) fn numbers(chance: &mut Rng, text: &str) -> String {
    let mut words: Vec<String> = text
        .split_inclusive([' ', ')'])
        .map(str::to_owned)
        .collect();
    for _ in 0..=chance.usize(..3) {
        let places: Vec<usize> = words
            .iter()
            .enumerate()
            .filter(|(_, it)| it.trim_end_matches([' ', ')']).parse::<i64>().is_ok())
            .map(|(index, _)| index)
            .collect();
        if places.is_empty() {
            break;
        }
        let place = *one_of(chance, &places);
        let digits = words[place].trim_end_matches([' ', ')']).len();
        let end = words[place][digits..].to_owned();
        words[place] = format!("{}{end}", one_of(chance, &NUMBERS));
    }
    words.concat()
}

/// Exchanges escaped bytes of data, which are the manifest and the blueprint of a guest.
pub(super) fn escapes(chance: &mut Rng, text: &str) -> String {
    let mut text = text.to_owned();
    let places: Vec<usize> = text
        .match_indices('\\')
        .filter(|(at, _)| {
            text.get(at + 1..at + 3)
                .is_some_and(|it| it.bytes().all(|it| it.is_ascii_hexdigit()))
        })
        .map(|(at, _)| at)
        .collect();
    if places.is_empty() {
        return text;
    }
    for _ in 0..=chance.usize(..3) {
        let at = *one_of(chance, &places);
        text.replace_range(
            at + 1..at + 3,
            &format!(
                "{:02x}",
                one_of(chance, &[0_u8, 1, 2, 4, 8, 0x10, 0x7f, 0xff])
            ),
        );
    }
    text
}

/// Texts that mean something somewhere, or break something.
const TEXTS: [&str; 34] = [
    "",
    " ",
    "a",
    "redis",
    "Redis",
    "re dis",
    "-",
    "0",
    "65536",
    "4294967296",
    "tcp",
    "host",
    "awsvpc",
    "bridge",
    "none",
    "/",
    "/etc",
    "/var/run/docker.sock",
    "..",
    "/data/../etc",
    "//",
    "HTTP:80/",
    "TCP:80",
    "TCP:99999",
    "SSL:443",
    "arn:aws:iam::123456789012:role/x",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf",
    "{{secret:password}}",
    "{{address:redis}}",
    "\u{1b}[31m",
    "é\u{202e}",
    "`\n`",
    "redis@sha256:00",
    "*",
];

/// What stands in `extra` and in load balancers that the contract does not type.
const JSON: [&str; 12] = [
    "{}",
    "[]",
    "null",
    "{",
    "{\"privileged\": true}",
    "{\"pidMode\": \"host\"}",
    "{\"networkMode\": \"host\"}",
    "{\"linuxParameters\": {\"capabilities\": {\"add\": [\"SYS_ADMIN\"]}, \"devices\": [{\"hostPath\": \"/dev/kvm\"}]}}",
    "{\"volumes\": [{\"name\": \"x\", \"host\": {\"sourcePath\": \"/\"}}]}",
    "{\"role\": \"arn:aws:iam::123456789012:role/x\", \"cluster\": \"other\"}",
    "{\"Scheme\": \"internet-facing\", \"Subnets\": [\"subnet-0\"]}",
    "{\"a\": {\"b\": {\"c\": [[[[[1e400]]]]]}}, \"taskDefinition\": 5}",
];

/// Changes some values of a document, mostly to others of the same type.
pub(super) fn document(chance: &mut Rng, value: &mut Value, other: &Value) {
    for _ in 0..=chance.usize(..5) {
        let nodes = count(value);
        let at = chance.usize(..nodes);
        let mut left = at;
        let replacement = {
            let wanted = chance.usize(..count(other));
            let mut seen = wanted;
            find(other, &mut seen).cloned()
        };
        change(value, &mut left, &mut |it| {
            mutate(chance, it, replacement.as_ref());
        });
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

fn find<'a>(value: &'a Value, left: &mut usize) -> Option<&'a Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter().find_map(|it| find(it, left)),
        Value::Object(members) => members.values().find_map(|it| find(it, left)),
        _ => None,
    }
}

/// Visits the node that is so many further, in the order in which they stand.
fn change(value: &mut Value, left: &mut usize, with: &mut impl FnMut(&mut Value)) -> bool {
    if *left == 0 {
        with(value);
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|it| change(it, left, with)),
        Value::Object(members) => members.values_mut().any(|it| change(it, left, with)),
        _ => false,
    }
}

fn mutate(chance: &mut Rng, value: &mut Value, other: Option<&Value>) {
    match value {
        Value::Null => *value = other.cloned().unwrap_or_default(),
        Value::Bool(it) => *it = !*it,
        Value::Number(_) => {
            *value = match chance.u8(..8) {
                0 => json!(-1),
                1 => json!(4_294_967_296_u64),
                _ => json!(one_of(chance, &NUMBERS).unsigned_abs() % (1 << 32)),
            };
        }
        Value::String(text) => {
            *text = match chance.u8(..8) {
                0 => "x".repeat(chance.usize(..5_000)),
                1 | 2 => (*one_of(chance, &JSON)).to_owned(),
                3 => format!("{text}{}", one_of(chance, &TEXTS)),
                _ => (*one_of(chance, &TEXTS)).to_owned(),
            };
        }
        Value::Array(items) => match (chance.u8(..5), items.is_empty()) {
            (0, false) => drop(items.remove(chance.usize(..items.len()))),
            (1, false) => {
                let again = one_of(chance, items).clone();
                let times = *one_of(chance, &[1, 2, 10, 101, 1_001]);
                items.extend(std::iter::repeat_n(again, times));
            }
            (2, false) => {
                let last = items.len() - 1;
                items.swap(0, last);
            }
            (3, false) => items.clear(),
            _ => items.extend(other.cloned()),
        },
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            if names.is_empty() {
                return;
            }
            let name = one_of(chance, &names);
            match (chance.u8(..6), other) {
                (0, Some(other)) => drop(members.insert(name.clone(), other.clone())),
                (1, _) => drop(members.insert("extra".to_owned(), json!(one_of(chance, &JSON)))),
                _ => drop(members.remove(name)),
            }
        }
    }
}
