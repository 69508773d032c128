//! Text from outside, made harmless for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character does something else than being seen.
///
/// Beside control characters, those that turn the direction of the text around them: with them a line can read as
/// another one than it is. And those that nobody sees: with them two names look like one.
#[rustfmt::skip]
fn is_active(character: char) -> bool {
    let is_directing = matches!(character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_unseen = matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    character.is_control() || is_directing || is_unseen
}

/// The text with `\u{1b}` in place of an escape character, and so on. For one line: a line break is made visible too.
pub fn escape(text: &str) -> Cow<'_, str> {
    replace(
        text,
        |it| is_active(it) && it != '\t',
        |character, escaped| escaped.extend(character.escape_default()),
    )
}

/// The text with its line breaks made visible, and nothing else: for text from outside that goes into a message of ours,
/// whose lines mean something. The printer does the rest.
pub fn one_line(text: &str) -> Cow<'_, str> {
    replace(
        text,
        |it| {
            matches!(
                it,
                '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}'
            )
        },
        |character, escaped| escaped.extend(character.escape_default()),
    )
}

/// The same for JSON, where it changes how a text is spelt and not what it says.
pub fn escape_json(text: &str) -> Cow<'_, str> {
    // JSON's own line breaks stay.
    replace(
        text,
        |it| is_active(it) && it != '\n',
        |character, escaped| {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        },
    )
}

fn replace(
    text: &str,
    is_active: impl Fn(char) -> bool,
    spell: impl Fn(char, &mut String),
) -> Cow<'_, str> {
    if !text.chars().any(&is_active) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_active(character) {
            spell(character, &mut escaped);
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_commands_a_terminal_becomes_visible() {
        assert_eq!(escape("\u{1b}[2Jgone\r\n"), "\\u{1b}[2Jgone\\r\\n");
        assert_eq!(escape("\u{9b}31m \u{202e}drow"), "\\u{9b}31m \\u{202e}drow");
        assert_eq!(escape("\u{7f}\0"), "\\u{7f}\\u{0}");
        assert_eq!(escape("re\u{200b}dis\u{feff}"), "re\\u{200b}dis\\u{feff}");
        assert!(matches!(escape("größe: 3 → 4\t✓"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_text_of_many_lines_becomes_one() {
        assert_eq!(
            one_line("no\nhint: curl\r\u{2028}\u{1b}"),
            "no\\nhint: curl\\r\\u{2028}\u{1b}"
        );
        assert!(matches!(one_line("one: ä\t"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_stays_the_same_value() {
        let value =
            serde_json::json!({"text": "\u{1b}[2J \u{9b} \u{202e} \u{7f} \u{feff} \u{e0041} ä"});
        let text = format!("{value:#}");
        let escaped = escape_json(&text);
        assert!(
            !escaped.chars().any(|it| is_active(it) && it != '\n'),
            "{escaped}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&escaped).unwrap(),
            value
        );
    }
}
