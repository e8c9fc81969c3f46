//! Chance behind an interface: one seeded source for jitter, tokens and the local AWS.

use rand::{Rng as _, RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::sync::{Arc, Mutex, MutexGuard};

/// A seeded source of chance; clones share it, so that a seed repeats a whole run.
#[derive(Clone, Debug)]
pub struct Random(Arc<Mutex<ChaCha8Rng>>);

impl Random {
    /// A source that gives the same sequence for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(ChaCha8Rng::seed_from_u64(seed))))
    }

    /// A source seeded by the operating system.
    pub fn from_os() -> Self {
        Self(Arc::new(Mutex::new(ChaCha8Rng::from_os_rng())))
    }

    fn rng(&self) -> MutexGuard<'_, ChaCha8Rng> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The next 64 bits.
    pub fn next_u64(&self) -> u64 {
        self.rng().next_u64()
    }

    /// A number from 0 up to, not including, 1.
    pub fn unit(&self) -> f64 {
        self.rng().random::<f64>()
    }

    /// A whole number from 0 up to, not including, `bound`; 0 for a bound of 0.
    pub fn below(&self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.rng().random_range(0..bound) }
    }

    /// `len` lower-case hexadecimal digits.
    pub fn hex(&self, len: usize) -> String {
        self.pick(len, b"0123456789abcdef")
    }

    /// `len` upper-case letters and digits, as DMS has them in its resource ids.
    pub fn base32(&self, len: usize) -> String {
        self.pick(len, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    }

    /// A token of the form of a UUID.
    pub fn uuid(&self) -> String {
        let h = self.hex(32);
        format!("{}-{}-4{}-8{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..])
    }

    fn pick(&self, len: usize, alphabet: &[u8]) -> String {
        let mut rng = self.rng();
        (0..len).map(|_| char::from(alphabet[rng.random_range(0..alphabet.len())])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_a_run() {
        let (a, b) = (Random::seeded(7), Random::seeded(7));
        assert_eq!((a.hex(17), a.uuid(), a.below(9)), (b.hex(17), b.uuid(), b.below(9)));
        assert_ne!(Random::seeded(8).hex(17), Random::seeded(7).hex(17));
    }
}
