//! Bytes to code points.

/// Bytes between two entries of the table.
const STEP: usize = 256;

/// Counts code points up to a byte of a text, by a table and a short walk.
#[derive(Debug)]
pub(crate) struct Offsets<'a> {
    text: &'a str,
    /// Code points before byte 0, STEP, 2 STEP, …
    table: Vec<u32>,
}

fn begins_character(byte: u8) -> bool {
    byte & 0xc0 != 0x80
}

impl<'a> Offsets<'a> {
    pub fn new(text: &'a str) -> Self {
        let mut count = 0;
        let table = text.as_bytes().chunks(STEP).map(|block| {
            let before = count;
            count += block.iter().filter(|&&b| begins_character(b)).count() as u32;
            before
        });
        Self {
            text,
            table: table.collect(),
        }
    }

    /// Code points before a byte.
    pub fn code_points(&self, byte: usize) -> u32 {
        let at = (byte / STEP).min(self.table.len().saturating_sub(1));
        let Some(&before) = self.table.get(at) else {
            return 0;
        };
        before
            + self.text.as_bytes()[at * STEP..byte]
                .iter()
                .filter(|&&b| begins_character(b))
                .count() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_a_count() {
        let text = "aя文🙂".repeat(200);
        let offsets = Offsets::new(&text);
        for (n, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(offsets.code_points(byte), n as u32);
        }
        assert_eq!(offsets.code_points(text.len()), 800);
        assert_eq!(Offsets::new("").code_points(0), 0);
        let even = "a".repeat(STEP * 2);
        assert_eq!(Offsets::new(&even).code_points(STEP * 2), STEP as u32 * 2);
    }
}
