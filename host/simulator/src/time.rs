//! Time as the simulated account knows it. Nothing here reads a clock.

use std::ops::{Add, Sub};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970, UTC.
#[derive(
    Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Hash, Deserialize, Serialize,
)]
#[serde(transparent)]
pub struct Time(pub u64);

impl Time {
    /// As JSON protocols of AWS write it: seconds since 1970, with milliseconds behind the point.
    #[must_use]
    pub fn seconds(self) -> f64 {
        // Exact until the year 287396.
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds of this age fit 53 bits"
        )]
        let milliseconds = self.0 as f64;
        milliseconds / 1000.0
    }

    /// How long ago the other was; zero when it is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// As XML protocols of AWS write it: `2015-10-10T14:42:46.310Z`.
    #[must_use]
    pub fn iso8601(self) -> String {
        let (days, rest) = (self.0 / 86_400_000, self.0 % 86_400_000);
        // Days to a date, by eras of 400 years that begin on the 1st of March (Howard Hinnant's `civil_from_days`).
        let shifted = days + 719_468;
        let (era, day) = (shifted / 146_097, shifted % 146_097);
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = era * 400 + year + u64::from(month <= 2);
        let (hour, minute) = (rest / 3_600_000, rest / 60_000 % 60);
        let (second, milli) = (rest / 1000 % 60, rest % 1000);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
    }
}

impl Add<Duration> for Time {
    type Output = Self;

    fn add(self, time: Duration) -> Self {
        Self(
            self.0
                .saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        )
    }
}

impl Sub<Duration> for Time {
    type Output = Self;

    fn sub(self, time: Duration) -> Self {
        Self(
            self.0
                .saturating_sub(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_moment_of_the_tutorial() {
        let created = Time(1_444_488_166_315);
        assert!((created.seconds() - 1_444_488_166.315).abs() < 1e-6);
        assert_eq!(created.iso8601(), "2015-10-10T14:42:46.315Z");
        assert_eq!(Time(951_782_400_000).iso8601(), "2000-02-29T00:00:00.000Z");
    }
}
