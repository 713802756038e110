//! Words as numbers, for comparing texts.

/// The words of a text in order, in lower case, each as a 64-bit hash (FNV-1a). In scripts that write without spaces a
/// character is a word.
pub(crate) fn hashes(text: &str) -> Vec<u64> {
    let words = text
        .split(|c: char| !is_of_word(c) && c != '\u{200c}')
        .filter(|w| !w.is_empty());
    let single = words.flat_map(|word| {
        let dense = word.chars().any(|c| ('\u{2e80}'..='\u{9fff}').contains(&c));
        word.split_inclusive(move |_: char| dense)
    });
    single.map(hash).collect()
}

/// The runs of three words in a text, each as a hash, sorted, each once.
pub(crate) fn runs(text: &str) -> Vec<u64> {
    let run = |words: &[u64]| words.iter().fold(0, |h, &word| mix(h ^ word));
    let mut runs: Vec<u64> = hashes(text).windows(3).map(run).collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// How many numbers two sorted lists share.
pub(crate) fn in_common(a: &[u64], mut b: &[u64]) -> usize {
    let mut shared = 0;
    for x in a {
        while let Some((y, rest)) = b.split_first().filter(|(y, _)| *y <= x) {
            shared += usize::from(y == x);
            b = rest;
        }
    }
    shared
}

/// The finaliser of `MurmurHash3`.
pub(crate) fn mix(mut h: u64) -> u64 {
    h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

pub(crate) fn hash(word: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    let mut add = |c: char| hash = (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3);
    for c in word.chars() {
        // The tables of the library are slow; most letters need none.
        match c {
            'a'..='z' | '0'..='9' | 'а'..='я' => add(c),
            _ if c.is_ascii() => add(c.to_ascii_lowercase()),
            _ => c.to_lowercase().for_each(&mut add),
        }
    }
    hash
}

fn is_of_word(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric(),
        'А'..='я' => true,
        _ => c.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_case_and_marks() {
        assert_eq!(hashes("The «Treaty», 2018"), hashes("the treaty 2018."));
        assert_eq!(hashes("会谈将继续").len(), 5);
        assert_ne!(hashes("a b"), hashes("b a"));
        assert_eq!(hashes("ТРЕТЬ Ёлки ÉTÉ"), hashes("треть ёлки été"));
    }

    #[test]
    fn runs_are_counted_once() {
        let (a, b) = (runs("a b c d a b c d"), runs("x B c d a."));
        assert_eq!((a.len(), b.len()), (4, 3));
        assert_eq!(
            (in_common(&a, &b), in_common(&b, &a), in_common(&a, &a)),
            (2, 2, 4)
        );
    }
}
