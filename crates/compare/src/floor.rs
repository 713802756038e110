//! What translation alone does to the distance between two groups.

mod law;

use visavis_records::{CalibrationText, UnitVectors};

use crate::CompareError;

pub(crate) use law::{FloorModel, Shift};

/// Calibration texts with cross-debiased vectors: no text helped to clean itself. Sentences went through language
/// directions that were fitted on the items of the other [`calibration_fold`]; paragraphs, which stand for a kind of
/// text that the directions do not know, as the corpus is, through directions fitted on sentences alone.
#[derive(Debug, Clone, Copy)]
pub struct Calibration<'a> {
    /// The texts (n); equal ids say the same in different languages.
    pub texts: &'a [CalibrationText],
    /// Cross-debiased vectors (n × dim).
    pub clean: &'a UnitVectors,
}

impl Calibration<'_> {
    /// Whether the parts fit together, and with vectors of `dim` values.
    ///
    /// # Errors
    /// Names the part that does not.
    pub fn check(&self, dim: usize) -> Result<(), CompareError> {
        let n = self.texts.len();
        for (what, found, expected) in [
            ("calibration vectors", self.clean.len(), n),
            (
                "a calibration vector",
                self.clean.dim(),
                if n == 0 { self.clean.dim() } else { dim },
            ),
        ] {
            if found != expected {
                return Err(CompareError::Length {
                    what,
                    found,
                    expected,
                });
            }
        }
        Ok(())
    }
}

/// The number in a calibration id: 7 for `s007` and for `r07`, its related sentence.
pub(crate) fn number(id: &str) -> u32 {
    id.bytes().filter(u8::is_ascii_digit).fold(0, |n, b| {
        n.wrapping_mul(10).wrapping_add(u32::from(b - b'0'))
    })
}

/// Which half of the calibration items an id belongs to (0 or 1): the parity of the bits of a fixed mix of its number,
/// so that a sentence, its translations and its related sentence lie in one half.
pub fn calibration_fold(id: &str) -> usize {
    let mixed = number(id).wrapping_add(1).wrapping_mul(0x9e37_79b1);
    ((mixed ^ (mixed >> 15))
        .wrapping_mul(0x85eb_ca77)
        .count_ones()
        & 1) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_stable_and_about_equal() {
        assert_eq!(number("s007"), 7);
        assert_eq!(calibration_fold("s007"), calibration_fold("r07"));
        let first = (0..300)
            .filter(|n| calibration_fold(&format!("s{n:03}")) == 0)
            .count();
        assert!((120..180).contains(&first), "{first}");
        let sixty = (1..=60)
            .filter(|n| calibration_fold(&format!("s{n:03}")) == 0)
            .count();
        assert!((24..=36).contains(&sixty), "{sixty}");
    }
}
