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

impl ParallelLoad {
    /// The rows of each segment of a `ranges` load, as the SQL that DMS makes of the boundaries: a
    /// row on a boundary is in the next segment, and the last segment has no end.
    pub fn predicates(&self) -> Vec<String> {
        if self.kind != ParallelType::Ranges || self.columns.is_empty() {
            return Vec::new();
        }
        let below: Vec<String> = self.boundaries.iter().map(|b| self.below(b)).collect();
        let mut out = Vec::with_capacity(below.len() + 1);
        for (n, own) in below.iter().enumerate() {
            out.push(match n.checked_sub(1).and_then(|before| below.get(before)) {
                Some(before) => format!("NOT ({before}) AND ({own})"),
                None => own.clone(),
            });
        }
        out.extend(below.last().map(|last| format!("NOT ({last})")));
        out
    }

    /// `(C1 < 10) OR (C1 = 10 AND C2 < 30)`.
    fn below(&self, boundary: &[String]) -> String {
        let value = |text: &str| match text.parse::<f64>() {
            Ok(_) => text.to_owned(),
            Err(_) => format!("'{}'", text.replace('\'', "''")),
        };
        let pairs: Vec<(&str, String)> =
            self.columns.iter().zip(boundary).map(|(c, v)| (c.as_str(), value(v))).collect();
        let part = |n: usize| {
            let same = pairs[..n].iter().map(|(c, v)| format!("{c} = {v} AND "));
            format!("{}{} < {}", same.collect::<String>(), pairs[n].0, pairs[n].1)
        };
        match pairs.len() {
            1 => part(0),
            n => (0..n).map(|n| format!("({})", part(n))).collect::<Vec<_>>().join(" OR "),
        }
    }
}

/// Two rows in key order, the most significant column first.
pub(super) fn lexical<A: AsRef<str>, B: AsRef<str>>(a: &[A], b: &[B]) -> Ordering {
    let first = a.iter().zip(b).map(|(a, b)| compare(a.as_ref(), b.as_ref()));
    first.into_iter().find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}
