//! The glyphs of a page as the parser meets them.

use std::sync::atomic::{AtomicBool, Ordering};

use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};

/// A glyph that stands upright: origin and extent in points from the upper left corner of the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub text: String,
    pub x: f64,
    pub end: f64,
    /// Of the baseline.
    pub y: f64,
    pub size: f64,
}

/// Collects the glyphs of one page.
pub(super) struct Sheet<'a> {
    pub height: f64,
    pub glyphs: Vec<Glyph>,
    /// Characters that stand across or upside down, as stamps in margins do.
    pub turned: String,
    stop: &'a AtomicBool,
}

impl<'a> Sheet<'a> {
    /// `stop` ends the work at the next glyph.
    pub fn new(stop: &'a AtomicBool) -> Self {
        Self {
            height: 0.0,
            glyphs: Vec::new(),
            turned: String::new(),
            stop,
        }
    }
}

/// Ligatures, and other forms of presentation, as the letters that they stand for.
fn letters(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '\u{fb00}' => out.push_str("ff"),
            '\u{fb01}' => out.push_str("fi"),
            '\u{fb02}' => out.push_str("fl"),
            '\u{fb03}' => out.push_str("ffi"),
            '\u{fb04}' => out.push_str("ffl"),
            '\u{fb05}' | '\u{fb06}' => out.push_str("st"),
            // At the end of a line a soft hyphen is a hyphen that is seen.
            '\u{ad}' => out.push('-'),
            c => out.push(c),
        }
        out
    })
}

impl OutputDev for Sheet<'_> {
    fn begin_page(
        &mut self,
        _: u32,
        page: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.height = page.ury - page.lly;
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(OutputError::FormatError(std::fmt::Error));
        }
        let (along, across) = (place.m11 * font_size, place.m12 * font_size);
        if along <= 0.0 || across.abs() > along * 0.2 || !along.is_finite() {
            self.turned.push_str(text);
            return Ok(());
        }
        let (x, y) = (place.m31, self.height - place.m32);
        let size = (place.m22 * font_size).abs().max(f64::MIN_POSITIVE);
        self.glyphs.push(Glyph {
            text: letters(text),
            x,
            end: x + width * along,
            y,
            size,
        });
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}
