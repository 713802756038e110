//! Glyphs to lines, in the order in which the page writes them.

use super::glyphs::{Glyph, Sheet};
use crate::characters;

/// A line of a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub text: String,
    pub x: f64,
    pub end: f64,
    pub y: f64,
    /// Of most of its glyphs, in points.
    pub size: f64,
}

impl Line {
    /// Width of a character of this line, in points.
    pub fn character(&self) -> f64 {
        (self.end - self.x) / self.text.chars().count().max(1) as f64
    }
}

/// A page as lines.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Leaf {
    pub height: f64,
    pub lines: Vec<Line>,
    /// Text that stands across.
    pub turned: String,
}

impl Leaf {
    pub fn of(sheet: Sheet<'_>) -> Self {
        let mut lines: Vec<Line> = Vec::new();
        let mut line: Vec<Glyph> = Vec::new();
        for glyph in sheet.glyphs {
            if line.last().is_some_and(|last| !goes_on(last, &glyph)) {
                lines.extend(set(&std::mem::take(&mut line)));
            }
            line.push(glyph);
        }
        lines.extend(set(&line));
        Self {
            height: sheet.height,
            lines,
            turned: sheet.turned,
        }
    }
}

/// Whether a glyph stands on the line of the one before, raised or lowered ones included.
fn goes_on(last: &Glyph, next: &Glyph) -> bool {
    let size = last.size.max(next.size);
    (next.y - last.y).abs() < 0.45 * size && next.x > last.end - size
}

/// The line of some glyphs: a gap is a space, wherever the writer left it to the eye.
fn set(glyphs: &[Glyph]) -> Option<Line> {
    let mut text = String::new();
    let mut end = f64::INFINITY;
    for glyph in glyphs {
        if glyph.x > end + 0.15 * glyph.size && !text.ends_with(' ') {
            text.push(' ');
        }
        text.push_str(&glyph.text);
        end = glyph.end;
    }
    let text = characters::line(&text);
    let seen = || glyphs.iter().filter(|g| !g.text.trim().is_empty());
    let mut sizes: Vec<f64> = seen().map(|g| g.size).collect();
    sizes.sort_by(f64::total_cmp);
    let size = *sizes.get(sizes.len() / 2)?;
    let most = |g: &&Glyph| (g.size - size).abs() < 0.05 * size;
    Some(Line {
        x: seen().map(|g| g.x).fold(f64::INFINITY, f64::min),
        end: seen().map(|g| g.end).fold(f64::NEG_INFINITY, f64::max),
        y: seen().find(most)?.y,
        size,
        text,
    })
    .filter(|line| !line.text.is_empty())
}
