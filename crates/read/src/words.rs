//! Words as numbers, for comparing texts.

/// The words of a text in order, in lower case, each as a 64-bit hash (FNV-1a). In scripts that write without spaces a
/// character is a word.
pub(crate) fn hashes(text: &str) -> Vec<u64> {
    let words = text
        .split(|c: char| !c.is_alphanumeric() && c != '\u{200c}')
        .filter(|w| !w.is_empty());
    let single = words.flat_map(|word| {
        let dense = word.chars().any(|c| ('\u{2e80}'..='\u{9fff}').contains(&c));
        word.split_inclusive(move |_: char| dense)
    });
    single.map(hash).collect()
}

fn hash(word: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for c in word.chars().flat_map(char::to_lowercase) {
        hash = (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_compared_without_case_and_marks() {
        assert_eq!(hashes("The «Treaty», 2018"), hashes("the treaty 2018."));
        assert_eq!(hashes("会谈将继续").len(), 5);
        assert_ne!(hashes("a b"), hashes("b a"));
    }
}
