//! Ids that nobody chose. The same calls in the same order give the same ids.

use serde::{Deserialize, Serialize};

/// Where ids come from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Ids {
    /// How many were given out.
    pub given: u64,
}

impl Ids {
    /// 64 bits that look random (SplitMix64).
    pub fn number(&mut self) -> u64 {
        self.given += 1;
        let mut bits = self.given.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// 32 hexadecimal digits, as in the ARN of a task.
    pub fn hex32(&mut self) -> String {
        format!("{:016x}{:016x}", self.number(), self.number())
    }

    /// 17 hexadecimal digits, as in `i-0123456789abcdef0`.
    pub fn hex17(&mut self) -> String {
        let mut digits = self.hex32();
        digits.truncate(17);
        digits
    }

    /// A UUID, as ids of events and requests are.
    pub fn uuid(&mut self) -> String {
        let digits = self.hex32();
        let part = |range: std::ops::Range<usize>| &digits[range];
        format!(
            "{}-{}-{}-{}-{}",
            part(0..8),
            part(8..12),
            part(12..16),
            part(16..20),
            part(20..32)
        )
    }

    /// `digits` decimal digits that do not begin with a zero, as in `ecs-svc/9223370592366609492` and in DNS names.
    pub fn decimal(&mut self, digits: u32) -> u64 {
        let lowest = 10_u64.pow(digits - 1);
        lowest + self.number() % (lowest * 9)
    }
}
