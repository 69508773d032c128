//! Text with meaning instead of colour: what prints it decides how a tone looks.

use std::collections::BTreeSet;
use std::fmt;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Tone {
    #[default]
    Plain,
    /// A heading.
    Strong,
    /// There for completeness.
    Dim,
    Create,
    Update,
    Delete,
    /// What cannot be done.
    Blocked,
    Good,
    Warning,
    Error,
    Hint,
}

/// One line, in pieces.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Line(Vec<(Tone, String)>);

impl Line {
    /// A line in one tone.
    pub fn new(tone: Tone, words: impl Into<String>) -> Self {
        Self(vec![(tone, words.into())])
    }

    /// A line without a tone.
    pub fn plain(words: impl Into<String>) -> Self {
        Self::new(Tone::Plain, words)
    }

    /// The same line with more at its end.
    #[must_use]
    pub fn and(mut self, tone: Tone, words: impl Into<String>) -> Self {
        self.0.push((tone, words.into()));
        self
    }

    /// The next step that it tells: what follows on `hint:`.
    fn hint(&self) -> Option<String> {
        match &self.0[..] {
            [(Tone::Hint, _), rest @ ..] => {
                let words: String = rest.iter().map(|(_, it)| it.as_str()).collect();
                Some(words.trim_start().to_owned())
            }
            _ => None,
        }
    }

    /// Its pieces.
    pub fn spans(&self) -> &[(Tone, String)] {
        &self.0
    }
}

/// Lines.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Text(Vec<Line>);

impl Text {
    /// Appends a line.
    pub fn push(&mut self, line: Line) {
        self.0.push(line);
    }

    /// Appends an empty line.
    pub fn gap(&mut self) {
        self.0.push(Line::default());
    }

    /// Appends all lines of another text.
    pub fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Its lines.
    pub fn lines(&self) -> &[Line] {
        &self.0
    }

    /// The next steps that it tells.
    pub fn hints(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(Line::hint)
    }

    /// The same lines, with each next step where it is told first.
    #[must_use]
    pub fn hinting_once(self) -> Self {
        let mut told = BTreeSet::new();
        let mut lines = self.0;
        lines.retain(|line| line.hint().is_none_or(|it| told.insert(it)));
        Self(lines)
    }

    /// Whether there is nothing to print.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<Line> for Text {
    fn from(line: Line) -> Self {
        Self(vec![line])
    }
}

/// The words alone, each line ended.
impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.0 {
            for (_, words) in &line.0 {
                formatter.write_str(words)?;
            }
            formatter.write_str("\n")?;
        }
        Ok(())
    }
}

/// Rows in columns, as [`table`] has them, of which the first is a heading.
pub fn headed(rows: &[Vec<String>]) -> Text {
    let tones = std::iter::once(Tone::Strong).chain(std::iter::repeat(Tone::Plain));
    let lines = tones.zip(table(rows));
    Text(lines.map(|(tone, line)| Line::new(tone, line)).collect())
}

/// Rows in columns, two spaces apart. The last cell of a row is never padded, so no line ends in spaces.
pub fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|it| it.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_step_is_told_where_it_is_told_first() {
        let mut text = Text::default();
        for (what, hint) in [("one", "wait"), ("two", "wait"), ("three", "go")] {
            text.push(Line::plain(what));
            text.push(Line::new(Tone::Hint, "  hint: ").and(Tone::Plain, hint));
        }
        let text = text.hinting_once();
        assert_eq!(
            text.to_string(),
            "one\n  hint: wait\ntwo\nthree\n  hint: go\n"
        );
        assert_eq!(text.hints().collect::<Vec<_>>(), ["wait", "go"]);
    }
}
