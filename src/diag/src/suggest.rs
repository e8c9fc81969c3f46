//! Did you mean …? One measure for every name in the program.

/// The candidates nearest to a name, best first, at most three. A candidate counts when its
/// Damerau-Levenshtein similarity is at least 0.6, or when one contains the other (four letters or more).
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let plain = |s: &str| s.to_lowercase().replace(['-', '_', '.', ' '], "");
    let wanted = plain(name);
    let mut scored: Vec<(f64, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let have = plain(candidate);
            let alike = strsim::normalized_damerau_levenshtein(&wanted, &have);
            let inside = wanted.len() >= 4
                && have.len() >= 4
                && (have.contains(&wanted) || wanted.contains(&have));
            (alike >= 0.6 || inside).then_some((alike, candidate))
        })
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.dedup_by_key(|s| s.1);
    scored.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// Whether a word is one of these, or a slip of one.
pub(crate) fn nearest_word(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| {
        may_be_near(word, known) && strsim::normalized_damerau_levenshtein(word, known) >= 0.7
    })
}

/// Whether two words can be as near as that by their letters, whatever the order of these: each letter that
/// one of them lacks is an edit. Nearly all pairs end here; every name of a file that an error quotes is
/// compared with all words for secrets.
fn may_be_near(one: &str, other: &str) -> bool {
    if !one.is_ascii() || !other.is_ascii() {
        return true;
    }
    let mut letters = [0i16; 128];
    one.bytes().for_each(|b| letters[usize::from(b)] += 1);
    other.bytes().for_each(|b| letters[usize::from(b)] -= 1);
    let (more, fewer) = letters.iter().fold((0, 0), |(more, fewer), n| match n {
        n if *n > 0 => (more + n, fewer),
        n => (more, fewer - n),
    });
    usize::from(more.max(fewer).unsigned_abs()) * 10 <= one.len().max(other.len()) * 3
}

/// `Did you mean "x"?`, or `Did you mean "x", "y" or "z"?`; `None` where nothing is near.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let near: Vec<String> =
        nearest(name, candidates).into_iter().map(|c| format!("\"{c}\"")).collect();
    let (last, rest) = near.split_last()?;
    Some(if rest.is_empty() {
        format!("Did you mean {last}?")
    } else {
        format!("Did you mean {} or {last}?", rest.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_gives_what_the_long_one_gives() {
        let words = [
            "password",
            "pasword",
            "passwrod",
            "secret",
            "secrets",
            "scret",
            "token",
            "tokens",
            "tkoen",
            "key",
            "kye",
            "drowssap",
            "credential",
            "credentails",
            "pässword",
            "",
            "a",
            "apikey",
        ];
        for one in words {
            for other in words {
                let near = strsim::normalized_damerau_levenshtein(one, other) >= 0.7;
                assert_eq!(nearest_word(one, &[other]), near, "{one} {other}");
            }
        }
    }

    #[test]
    fn a_slip_finds_its_word_and_nonsense_finds_none() {
        let engines = ["oracle", "mysql", "mariadb", "postgres"];
        assert_eq!(nearest("oracel", engines), ["oracle"]);
        assert_eq!(did_you_mean("mysq", engines).as_deref(), Some("Did you mean \"mysql\"?"));
        assert!(nearest("zzzz", engines).is_empty());
    }
}
