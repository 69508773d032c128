//! Names that may be slips for others.

/// Whether a name may be a slip for another: one holds the other, or few letters differ.
#[must_use]
pub fn is_near(one: &str, other: &str) -> bool {
    let part = one.len() >= 3 && other.contains(one) || other.len() >= 3 && one.contains(other);
    part || distance(one, other) <= 1 + one.len().min(other.len()) / 4
}

/// The least number of letters to insert, delete or replace.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, it) in other.iter().enumerate() {
            let cost = diagonal + usize::from(letter != *it);
            diagonal = row[column + 1];
            row[column + 1] = cost.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_or_two_are_a_slip_and_another_name_is_none() {
        for (one, other) in [
            ("prdo", "prod"),
            ("memroy", "memory"),
            ("prod", "my-prod"),
            ("a", "b"),
        ] {
            assert!(is_near(one, other) && is_near(other, one), "{one}, {other}");
        }
        for (one, other) in [("staging", "prod"), ("", "prod"), ("redis", "mysql")] {
            assert!(!is_near(one, other), "{one}, {other}");
        }
    }
}
