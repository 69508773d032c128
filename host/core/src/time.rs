//! Moments, as far as two of AWS's have to be compared: ECS says them in seconds, classic ELB as a text.

/// `2026-11-24T00:12:25.370Z` in seconds since 1970. Absent: it is no such text.
#[must_use]
pub fn seconds(text: &str) -> Option<f64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.splitn(3, '-').map(str::parse::<i32>);
    let mut next = || date.next()?.ok();
    let (year, month, day) = (next()?, next()?, next()?);
    let mut time = time.splitn(3, ':').map(str::parse::<f64>);
    let mut next = || time.next()?.ok();
    let (hour, minute, second) = (next()?, next()?, next()?);
    // Years begin in March here, so that the day of a leap year is the last of its year.
    let year = year - i32::from(month <= 2);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let days = 365 * year + leap + of_year - 719_468;
    Some(f64::from(days) * 86400.0 + hour * 3600.0 + minute * 60.0 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        for (text, expect) in [
            ("1970-01-01T00:00:00Z", Some(0.0)),
            ("2000-02-29T23:59:59Z", Some(951_868_799.0)),
            ("2026-03-01T00:00:00Z", Some(1_772_323_200.0)),
            ("2026-11-24T00:12:25.5Z", Some(1_795_479_145.5)),
            ("2026-11-24 00:12:25", None),
            ("2026-11Z", None),
        ] {
            assert_eq!(seconds(text), expect, "{text}");
        }
    }
}
