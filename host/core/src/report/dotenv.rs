//! Variables in a file of `KEY=value` lines.

use crate::escape::escape;

/// The text of a file with these variables set. Every other line stays as it is.
///
/// A variable that is there already is set where it is, once; the others come at
/// the end, in their order. What a shell would not take as it is stands in quotes; no variable can bring a second line.
pub fn merge(existing: &str, variables: &[(String, String)]) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut written = vec![false; variables.len()];
    for line in existing.lines() {
        let known = assigned(line).and_then(|name| variables.iter().position(|(it, _)| it == name));
        match known {
            // Of two lines the second would count, so it goes.
            Some(index) if written[index] => {}
            Some(index) => {
                written[index] = true;
                let exported = line.trim_start().starts_with("export ");
                let export = if exported { "export " } else { "" };
                lines.push(export.to_owned() + &assignment(&variables[index]));
            }
            None => lines.push(line.to_owned()),
        }
    }
    let missing = variables
        .iter()
        .zip(written)
        .filter(|(_, written)| !written);
    lines.extend(missing.map(|(variable, _)| assignment(variable)));
    lines.into_iter().map(|line| line + "\n").collect()
}

fn assignment((name, value): &(String, String)) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_.:/+@[]%".contains(it);
    if value.chars().all(is_plain) {
        return format!("{name}={value}");
    }
    // Addresses come from AWS: this is for the day on which they do not look like any.
    let value = escape(value);
    format!("{name}='{}'", value.replace('\'', "'\\''"))
}

/// The variable that a line sets.
fn assigned(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (name, _) = line
        .strip_prefix("export ")
        .unwrap_or(line)
        .split_once('=')?;
    Some(name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(existing: &str, expected: &str) {
        let variables = [("REDIS_HOST", "elb"), ("REDIS_PORT", "80")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(merge(existing, &variables), expected);
        assert_eq!(
            merge(expected, &variables),
            expected,
            "writing again changes nothing"
        );
    }

    #[test]
    fn a_value_is_never_a_command_nor_another_line() {
        let hostile = [
            ("A", "x\nPATH=/tmp"),
            ("B", "$(id)"),
            ("C", "it's `id`; rm"),
        ];
        let hostile = hostile.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(
            merge("", &hostile),
            "A='x\\nPATH=/tmp'\nB='$(id)'\nC='it'\\''s `id`; rm'\n"
        );
    }

    #[test]
    fn other_lines_stay() {
        check("", "REDIS_HOST=elb\nREDIS_PORT=80\n");
        check(
            "# mine\nA=1\n\nREDIS_HOST=old\nB=2",
            "# mine\nA=1\n\nREDIS_HOST=elb\nB=2\nREDIS_PORT=80\n",
        );
        check(
            "export REDIS_PORT=1\nREDIS_PORT=2\n",
            "export REDIS_PORT=80\nREDIS_HOST=elb\n",
        );
        check(
            "#REDIS_HOST=x\nMY_REDIS_HOST=y\n",
            "#REDIS_HOST=x\nMY_REDIS_HOST=y\nREDIS_HOST=elb\nREDIS_PORT=80\n",
        );
    }
}
