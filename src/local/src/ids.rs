//! The account's ids: drawn from its seed and a counter, so that the same calls get the same ids.

use std::sync::atomic::{AtomicU64, Ordering};

/// Where ids come from.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: u64,
    next: AtomicU64,
    requests: AtomicU64,
}

/// One step of the splitmix64 generator: a bijection that scatters a counter.
fn scatter(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn text(seed: u64, len: usize, alphabet: &[u8]) -> String {
    let mut state = seed;
    (0..len)
        .map(|_| {
            state = scatter(state);
            let at = usize::try_from(state % alphabet.len() as u64).unwrap_or(0);
            char::from(alphabet[at])
        })
        .collect()
}

fn uuid(seed: u64) -> String {
    let h = text(seed, 32, b"0123456789abcdef");
    format!("{}-{}-4{}-a{}-{}", &h[..8], &h[8..12], &h[13..16], &h[17..20], &h[20..])
}

impl Ids {
    /// Ids that go on after `next` were given out.
    pub fn new(seed: u64, next: u64, requests: u64) -> Self {
        Self { seed, next: AtomicU64::new(next), requests: AtomicU64::new(requests) }
    }

    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many ids and how many request ids were given out.
    pub fn given(&self) -> (u64, u64) {
        (self.next.load(Ordering::SeqCst), self.requests.load(Ordering::SeqCst))
    }

    /// A number that no other id was made of.
    pub fn number(&self) -> u64 {
        let n = self.next.fetch_add(1, Ordering::SeqCst);
        scatter(scatter(self.seed) ^ n)
    }

    /// `len` hexadecimal digits.
    pub fn hex(&self, len: usize) -> String {
        text(self.number(), len, b"0123456789abcdef")
    }

    /// An EC2 id such as `vpc-0a1b…`.
    pub fn resource(&self, prefix: &str) -> String {
        format!("{prefix}-0{}", self.hex(16))
    }

    /// `len` upper-case letters and digits, as IAM has them.
    pub fn upper(&self, len: usize) -> String {
        text(self.number(), len, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
    }

    /// `len` letters and digits.
    pub fn alphanumeric(&self, len: usize) -> String {
        text(self.number(), len, b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
    }

    pub fn uuid(&self) -> String {
        uuid(self.number())
    }

    /// The id of a request: of a counter of its own, so that a read changes no later id.
    pub fn request(&self) -> String {
        let n = self.requests.fetch_add(1, Ordering::SeqCst);
        uuid(scatter(scatter(!self.seed) ^ n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_its_ids_and_requests_do_not_shift_them() {
        let (a, b) = (Ids::new(7, 0, 0), Ids::new(7, 0, 0));
        b.request();
        assert_eq!(a.resource("vpc"), b.resource("vpc"));
        assert_ne!(a.uuid(), a.uuid());
        assert_eq!(a.resource("nat").len(), "nat-".len() + 17);
    }
}
