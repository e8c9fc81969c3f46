//! The segments of a parallel load by ranges.

use super::{
    filter::compare,
    model::{ParallelLoad, ParallelType},
};
use std::cmp::Ordering;

impl ParallelLoad {
    /// How many segments are loaded side by side, where the rule alone says so.
    pub fn segments(&self) -> Option<usize> {
        match self.kind {
            ParallelType::None => Some(1),
            ParallelType::Ranges => Some(self.boundaries.len() + 1),
            ParallelType::PartitionsList => Some(self.partitions.len() + self.subpartitions.len()),
            ParallelType::PartitionsAuto | ParallelType::SubpartitionsAuto => {
                self.number_of_partitions.and_then(|n| usize::try_from(n).ok())
            }
        }
    }

    /// The segment, from 1, that loads a row of a `ranges` load; `row` holds the values of
    /// `columns`. A row with a NULL among them is in none: it is not loaded. A row on a boundary is
    /// in the next segment.
    pub fn segment(&self, row: &[Option<&str>]) -> Option<usize> {
        let row: Vec<&str> = row.iter().copied().collect::<Option<_>>()?;
        let before = |boundary: &Vec<String>| lexical(&row, boundary) == Ordering::Less;
        let at = self.boundaries.iter().position(before);
        Some(at.unwrap_or(self.boundaries.len()) + 1)
    }
}

/// Two rows in key order, the most significant column first.
pub(super) fn lexical<A: AsRef<str>, B: AsRef<str>>(a: &[A], b: &[B]) -> Ordering {
    let first = a.iter().zip(b).map(|(a, b)| compare(a.as_ref(), b.as_ref()));
    first.into_iter().find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}
