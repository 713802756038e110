//! Drawings: the map, and the strip that shows a gap beside its floor.

use maud::{Markup, html};
use visavis_records::rows::{ChunkRow, FramingRow};

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

const STRIP: f64 = 320.0;

/// Gap (filled dot, line for its interval) beside floor (hollow square, band for its interval), on 0 to `most`.
pub fn strip(framing: &FramingRow, most: f64) -> Markup {
    let x = |v: f64| format!("{:.1}", 8.0 + v.clamp(0.0, most) / most * (STRIP - 16.0));
    let width = |low: f64, high: f64| {
        format!(
            "{:.1}",
            ((high - low).clamp(0.0, most) / most * (STRIP - 16.0)).max(1.0)
        )
    };
    html! {
        svg.strip viewBox=(format!("0 0 {STRIP} 40")) role="img" aria-label="gap beside floor" {
            line.axis x1=(x(0.0)) x2=(x(most)) y1="32" y2="32" {}
            text x=(x(0.0)) y="39.5" { "0" }
            text x=(x(most)) y="39.5" text-anchor="end" { (number(most)) }
            @if let (Some(low), Some(high)) = (framing.floor_low, framing.floor_high) {
                rect.floor-band x=(x(low)) y="18" width=(width(low.max(0.0), high)) height="10" {}
            }
            @if let Some(floor) = framing.floor {
                rect.floor x=(format!("{:.1}", x(floor).parse::<f64>().unwrap_or(0.0) - 4.0)) y="19" width="8" height="8" {}
            }
            @if let (Some(low), Some(high)) = (framing.gap_low, framing.gap_high) {
                line.gap x1=(x(low)) x2=(x(high)) y1="9" y2="9" {}
            }
            @if let Some(gap) = framing.gap {
                circle.gap cx=(x(gap)) cy="9" r="5" {}
            }
        }
    }
}

/// A number to two significant places or so.
pub fn number(v: f64) -> String {
    if v != 0.0 && v.abs() < 0.1 {
        format!("{v:.3}")
    } else {
        format!("{v:.2}")
    }
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 {
        "<1 %".to_owned()
    } else {
        format!("{:.0} %", share * 100.0)
    }
}
