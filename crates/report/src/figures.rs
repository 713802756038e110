//! Drawings and numbers: the map, colours, how a figure is written.

use maud::{Markup, html};
use visavis_records::rows::ChunkRow;

use crate::view::View;

/// Colours that people with any colour vision tell apart (Okabe and Ito 2008); after eight they come round again.
const COLOURS: [&str; 8] = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6d31", "#7a7a7a",
];

/// The colour of the n-th of something.
pub fn colour(n: usize) -> &'static str {
    COLOURS[n % COLOURS.len()]
}

const MAP: f32 = 420.0;
const MARGIN: f32 = 12.0;

/// Most points drawn: a page that opens at once says more than every point.
const MOST_POINTS: usize = 6000;

/// The map of all passages, with the colour that `paint` gives each.
pub fn map<'a>(
    view: &View<'a>,
    title: &str,
    paint: impl Fn(&'a ChunkRow) -> Option<usize>,
) -> Markup {
    let step = view.tables.chunks.len().div_ceil(MOST_POINTS).max(1);
    let placed = |c: &'a ChunkRow| Some((c, c.projection_x?, c.projection_y?));
    let points: Vec<_> = view
        .tables
        .chunks
        .iter()
        .step_by(step)
        .filter_map(placed)
        .collect();
    let span = |values: &mut dyn Iterator<Item = f32>| {
        values.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        })
    };
    let (left, right) = span(&mut points.iter().map(|p| p.1));
    let (bottom, top) = span(&mut points.iter().map(|p| p.2));
    let scale = |v: f32, low: f32, high: f32| {
        if high > low {
            MARGIN + (v - low) / (high - low) * (MAP - 2.0 * MARGIN)
        } else {
            MAP / 2.0
        }
    };
    let radius = if points.len() > 1000 { 2.0 } else { 4.5 };
    html! {
        svg viewBox=(format!("0 0 {MAP} {MAP}")) role="img" aria-label=(title) {
            @for (chunk, x, y) in points {
                @let fill = paint(chunk).map_or("var(--faint)", colour);
                circle cx=(format!("{:.1}", scale(x, left, right))) cy=(format!("{:.1}", MAP - scale(y, bottom, top)))
                    r=(radius) fill=(fill) fill-opacity="0.75" {
                    title { (excerpt(&chunk.text, 140)) }
                }
            }
        }
    }
}

/// The first characters of a text, cut at a word.
pub fn excerpt(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    let end = cut
        .rfind(char::is_whitespace)
        .filter(|&i| i > most / 2)
        .unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end())
}

/// A number to two significant places or so. What is 0.1 but for rounding is shown as 0.10.
pub fn number(v: f64) -> String {
    if v != 0.0 && v.abs() < 0.0995 {
        format!("{v:.3}")
    } else {
        format!("{v:.2}")
    }
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 {
        "<1\u{a0}%".to_owned()
    } else {
        format!("{:.0}\u{a0}%", share * 100.0)
    }
}
