//! Gap, floor and excess of a pair of groups: named, drawn in rows of their own, each with its interval, so that none
//! is taken for another.

use maud::{Markup, html};
use visavis_records::rows::FramingRow;

use crate::{figures::number, view::View};

/// Right end of the strips of a page, so that they compare.
pub fn widest(view: &View<'_>) -> f64 {
    let ends = view
        .tables
        .framing
        .iter()
        .flat_map(|f| [f.gap, f.gap_high, f.floor, f.floor_high])
        .flatten();
    let most = ends.fold(0.0, f64::max);
    [0.1, 0.2, 0.3, 0.5, 0.75]
        .into_iter()
        .find(|&v| v >= most)
        .unwrap_or(1.0)
}

/// A measure with its interval.
#[derive(Clone, Copy)]
struct Measure {
    name: &'static str,
    meaning: &'static str,
    value: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

fn measures(f: &FramingRow) -> [Measure; 3] {
    let measure = |name, meaning, value, low, high| Measure {
        name,
        meaning,
        value,
        low,
        high,
    };
    [
        measure(
            "gap",
            "how differently they speak, translation included",
            f.gap,
            f.gap_low,
            f.gap_high,
        ),
        measure(
            "floor",
            "what translation alone would make",
            f.floor,
            f.floor_low,
            f.floor_high,
        ),
        measure(
            "excess",
            "gap − floor: what is left for framing",
            f.excess,
            f.excess_low,
            f.excess_high,
        ),
    ]
}

/// One pair of groups in an issue.
pub fn face(framing: &FramingRow, most: f64) -> Markup {
    if framing.gap.is_none() {
        return html! {};
    }
    let measures = measures(framing);
    html! {
        div.framing {
            p { b { (framing.group_a) " – " (framing.group_b) } ": " (verdict(framing)) }
            (strip(&measures[..2], most))
            table.measures {
                @for m in &measures {
                    tr class=(m.name) {
                        th scope="row" { (m.name) }
                        td { (value(m)) }
                        td.small {
                            @if let (Some(low), Some(high)) = (m.low, m.high) {
                                (number(low)) " to " (number(high)) ", 95 % interval"
                            } @else if m.value.is_some() { "these texts only, no interval" }
                        }
                        td.small { (m.meaning) }
                    }
                }
            }
        }
    }
}

/// A figure in words where it is none: what falls below 0 is the noise of an estimate of nothing.
fn value(m: &Measure) -> Markup {
    match m.value {
        None if m.name == "gap" => html! { "–" },
        None => html! { span.small { "unknown: a language without calibration text" } },
        Some(v) if v < 0.0 => {
            html! { "none " span.small { "(measured " (number(v)) "; below 0 is no sign of any difference)" } }
        }
        Some(v) => html! { (number(v)) },
    }
}

/// The excess in a word or a number, for a table of all issues.
pub fn short(excess: Option<f64>) -> String {
    match excess {
        None => "–".to_owned(),
        Some(v) if v < 0.0 => "none".to_owned(),
        Some(v) => format!("+{}", number(v)),
    }
}

fn verdict(framing: &FramingRow) -> Markup {
    let q = framing.q.map_or(String::new(), |q| {
        if q < 0.001 {
            " (q < 0.001)".to_owned()
        } else {
            format!(" (q = {q:.3})")
        }
    });
    match framing.verdict.as_str() {
        "differs" => html! { b { "they speak differently" } (q) "." },
        "not_shown" => {
            html! { "these texts do not show that they speak differently" (q) "; that is not the same as speaking alike." }
        }
        _ => html! {
            "too few texts (" (framing.n_documents_a) " and " (framing.n_documents_b)
            " documents) to say more than: this is so in these texts."
        },
    }
}

const WIDTH: f64 = 360.0;
const LABEL: f64 = 44.0;
const ROW: f64 = 16.0;

/// Each measure in a row of its own with its name: a dot and a line for the gap, a square and a band for the floor, on
/// 0 to `most`.
fn strip(rows: &[Measure], most: f64) -> Markup {
    let x = |v: f64| LABEL + v.clamp(0.0, most) / most * (WIDTH - LABEL - 8.0);
    let at = |v: f64| format!("{v:.1}");
    let bottom = ROW * rows.len() as f64 + 4.0;
    html! {
        svg.strip viewBox=(format!("0 0 {WIDTH} {}", bottom + 10.0)) role="img" aria-label="gap in the first row, floor in the second" {
            @for (i, m) in rows.iter().enumerate() {
                @let y = ROW * (i as f64 + 0.5);
                g class=(m.name) {
                    text.name x="0" y=(at(y + 3.0)) { (m.name) }
                    @if let (Some(low), Some(high)) = (m.low, m.high) {
                        @let (left, right) = (x(low), x(high));
                        @if m.name == "floor" {
                            rect.band x=(at(left)) y=(at(y - 5.0)) width=(at((right - left).max(1.0))) height="10" {}
                        } @else {
                            line x1=(at(left)) x2=(at(right)) y1=(at(y)) y2=(at(y)) {}
                        }
                    }
                    @if let Some(v) = m.value {
                        @if m.name == "floor" {
                            rect.point x=(at(x(v) - 4.0)) y=(at(y - 4.0)) width="8" height="8" {}
                        } @else {
                            circle.point cx=(at(x(v))) cy=(at(y)) r="4.5" {}
                        }
                    }
                }
            }
            line.axis x1=(at(x(0.0))) x2=(at(x(most))) y1=(at(bottom)) y2=(at(bottom)) {}
            text x=(at(x(0.0))) y=(at(bottom + 8.5)) { "0" }
            text x=(at(x(most))) y=(at(bottom + 8.5)) text-anchor="end" { (number(most)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(gap: f64, floor: Option<f64>) -> FramingRow {
        FramingRow {
            cluster: 0,
            layer: 0,
            group_a: "north".into(),
            group_b: "south".into(),
            n_chunks_a: 20,
            n_chunks_b: 20,
            n_documents_a: 6,
            n_documents_b: 6,
            gap: Some(gap),
            gap_low: Some(gap - 0.02),
            gap_high: Some(gap + 0.02),
            floor,
            floor_low: floor.map(|f| f - 0.01),
            floor_high: floor.map(|f| f + 0.01),
            excess: floor.map(|f| gap - f),
            excess_low: floor.map(|f| gap - f - 0.03),
            excess_high: floor.map(|f| gap - f + 0.03),
            p: None,
            p_min: None,
            q: Some(0.2),
            verdict: "not_shown".into(),
        }
    }

    #[test]
    fn gap_floor_and_excess_have_their_names_and_intervals() {
        let page = face(&row(0.12, Some(0.04)), 0.2).into_string();
        for (name, value, interval) in [
            ("gap", "0.12", "0.10 to 0.14"),
            ("floor", "0.040", "0.030 to 0.050"),
            ("excess", "0.080", "0.050 to 0.11"),
        ] {
            let at = page
                .find(&format!("<th scope=\"row\">{name}</th><td>{value}"))
                .unwrap_or_else(|| panic!("{name}: {page}"));
            assert!(page[at..].contains(interval), "{name}: {page}");
        }
        assert!(page.contains("not the same as speaking alike"));
    }

    #[test]
    fn nothing_is_called_none_and_the_unknown_unknown() {
        let page = face(&row(-0.01, None), 0.2).into_string();
        assert!(
            page.contains("none <span class=\"small\">(measured -0.010"),
            "{page}"
        );
        assert!(page.contains("without calibration text"), "{page}");
        assert_eq!(short(Some(-0.2)), "none");
        assert_eq!(short(Some(0.05)), "+0.050");
    }
}
