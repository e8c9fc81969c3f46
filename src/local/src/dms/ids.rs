//! Names of things: derived from a seed and a counter, so that a seed repeats them and none comes twice,
//! whatever else drew on chance and however often the state was reloaded.

use dmsrun_base::Random;
use serde::{Deserialize, Serialize};

/// The source of every id of DMS.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Ids {
    seed: u64,
    counter: u64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, counter: 0 }
    }

    /// The next number of creation; it orders lists and marks pages.
    pub(crate) fn serial(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    fn chance(&mut self) -> Random {
        let serial = self.serial();
        Random::seeded(mix(self.seed ^ mix(serial)))
    }

    /// The tail of an ARN, as DMS makes it.
    pub(crate) fn resource(&mut self) -> String {
        self.chance().base32(26)
    }

    /// `prefix` with 17 hexadecimal digits, as EC2 makes ids.
    pub(crate) fn ec2(&mut self, prefix: &str) -> String {
        format!("{prefix}-{}", self.chance().hex(17))
    }

    pub(crate) fn uuid(&mut self) -> String {
        self.chance().uuid()
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.chance().below(bound)
    }
}

/// Spreads the bits of a number (SplitMix64).
pub(crate) fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number that stands for a text, the same on every machine.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| mix(h ^ u64::from(b)))
}

/// A small deviation around 1, by chance that repeats: between 1 - `spread` and 1 + `spread`.
pub(crate) fn wobble(name: &str, at: i64, spread: f64) -> f64 {
    let unit = (mix(hash(name) ^ at as u64) >> 11) as f64 / (1u64 << 53) as f64;
    1.0 + spread * (2.0 * unit - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_with_the_seed_and_never_collide_after_a_reload() {
        let (mut a, mut b) = (Ids::new(7), Ids::new(7));
        assert_eq!(a.resource(), b.resource());
        let json = serde_json::to_value(&a).expect("ids serialise");
        let mut reloaded: Ids = serde_json::from_value(json).expect("ids deserialise");
        let next = reloaded.resource();
        assert_eq!(next, a.resource());
        assert_ne!(next, Ids::new(7).resource());
        assert_ne!(Ids::new(8).resource(), Ids::new(7).resource());
    }
}
