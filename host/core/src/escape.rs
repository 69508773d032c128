//! Text from outside, made harmless for a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character does something else than being seen.
///
/// Beside control characters, those that turn the direction of the text around
/// them: with them a line can read as another one than it is.
fn is_active(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{61c}')
}

/// The text with `\u{1b}` in place of an escape character, and so on. For one line: a line break is made visible too.
pub fn escape(text: &str) -> Cow<'_, str> {
    replace(
        text,
        |it| is_active(it) && it != '\t',
        |character, escaped| escaped.extend(character.escape_default()),
    )
}

/// The same for JSON, where it changes how a text is spelt and not what it says.
pub fn escape_json(text: &str) -> Cow<'_, str> {
    // All of them are below U+10000, so one escape each is enough; JSON's own line breaks stay.
    replace(
        text,
        |it| is_active(it) && it != '\n',
        |character, escaped| {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(character));
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
        assert!(matches!(escape("größe: 3 → 4\t✓"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({"text": "\u{1b}[2J \u{9b} \u{202e} \u{7f} ä"});
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
