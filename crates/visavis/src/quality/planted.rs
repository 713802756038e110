//! The statistics on planted vectors: the answer is known because it was put there.

use std::fmt::Write;

use visavis_compare::{
    CompareOptions,
    check::{Design, differs, order, plant, shuffled, trials},
};
use visavis_records::Language;

use super::{mean, percent};

/// Corpora of a design where nothing is planted; the most that may differ is 5 % and its binomial error.
const LEVEL: usize = 400;
/// Corpora of a design where something is planted.
const POWER: usize = 100;
/// Deals of the groups.
const DEALS: usize = 1000;

/// All checks on planted vectors.
pub fn report() -> String {
    let options = CompareOptions::default();
    let mut text = "\nValidity on planted vectors; lengths in standard deviations of a passage within its cluster\n"
        .to_owned();
    level(&mut text, &options);
    power(&mut text, &options);
    deals(&mut text, &options);
    unequal(&mut text, &options);
    floors(&mut text, &options);
    ranks(&mut text, &options);
    text
}

fn level(text: &mut String, options: &CompareOptions) {
    let _ = writeln!(
        text,
        "(a) no difference, 20 documents a side, each side in its language: verdict `differs`, at most 5 %"
    );
    let constant = [0.0, 0.5, 1.0, 1.5, 2.0].map(|language_shift| {
        let name = format!("language shift {language_shift}");
        let design = Design {
            language_shift,
            ..Design::default()
        };
        (name, design)
    });
    let others = [
        (
            "a shift of its own for each kind of text, 0.3".to_owned(),
            Design {
                kind_shift: 0.3,
                ..Design::default()
            },
        ),
        (
            "a shift that depends on what is said, 0.4".to_owned(),
            Design {
                subject_shift: 0.4,
                ..Design::default()
            },
        ),
        (
            "both sides in both languages".to_owned(),
            Design {
                mixed: true,
                subject_shift: 0.3,
                ..Design::default()
            },
        ),
    ];
    for (seed, (name, design)) in (1..).zip(constant.into_iter().chain(others)) {
        let rate = differs(&design, LEVEL, seed, options);
        let _ = writeln!(text, "    {name:46} {}", percent(&rate));
    }
}

fn power(text: &mut String, options: &CompareOptions) {
    let _ = writeln!(
        text,
        "(b) a planted difference, two languages: share found, by size and documents a side; at least 80 % at 1 and 20"
    );
    for n in [5, 10, 20, 40] {
        let _ = write!(text, "    {n:2} documents ");
        for framing_shift in [0.25, 0.5, 0.75, 1.0, 1.5] {
            let design = Design {
                framing_shift,
                documents: [n, n],
                ..Design::default()
            };
            let rate = differs(&design, POWER, 20, options);
            let _ = write!(
                text,
                "  {framing_shift}: {:3.0} [{:.0}, {:.0}]",
                100.0 * rate.rate,
                100.0 * rate.low,
                100.0 * rate.high
            );
        }
        text.push('\n');
    }
}

fn deals(text: &mut String, options: &CompareOptions) {
    let _ = writeln!(
        text,
        "(c) groups dealt out anew in one language: p at most 0.05, between 3 and 7 %"
    );
    let design = Design {
        documents: [40, 40],
        languages: [Language::EN, Language::EN],
        language_shift: 0.0,
        ..Design::default()
    };
    let planted = plant(&design, 30);
    for sizes in [[20, 20], [40, 40], [50, 5]] {
        let rate = shuffled(
            &planted.corpus(),
            &planted.clustering,
            &planted.calibration(),
            sizes,
            DEALS,
            options,
        );
        let _ = writeln!(
            text,
            "    {:2} against {:2} documents {}",
            sizes[0],
            sizes[1],
            percent(&rate)
        );
    }
}

fn unequal(text: &mut String, options: &CompareOptions) {
    let _ = writeln!(
        text,
        "(d) unequal groups, two languages: `differs` where nothing is planted, and where 1 is"
    );
    for (documents, passages, passage_spread) in [
        ([50, 5], [4, 4], [1.0, 1.0]),
        ([5, 50], [4, 4], [1.0, 1.0]),
        ([60, 6], [6, 1], [1.0, 1.5]),
        ([6, 60], [6, 1], [1.0, 1.5]),
        ([20, 20], [8, 1], [1.0, 1.5]),
    ] {
        let design = Design {
            documents,
            passages,
            passage_spread,
            ..Design::default()
        };
        let none = differs(&design, LEVEL, 40, options);
        let design = Design {
            framing_shift: 1.0,
            ..design
        };
        let one = differs(&design, POWER, 41, options);
        let _ = writeln!(
            text,
            "    {documents:?} documents, up to {passages:?} passages, spread {passage_spread:?}: {}; {}",
            percent(&none),
            percent(&one)
        );
    }
}

fn floors(text: &mut String, options: &CompareOptions) {
    let _ = writeln!(
        text,
        "(e) floor against the gap where both sides say the same, means of 200 corpora: within 25 %"
    );
    for (kind_shift, subject_shift) in [(0.3, 0.0), (0.0, 0.4), (0.2, 0.3), (0.4, 0.6)] {
        let design = Design {
            kind_shift,
            subject_shift,
            ..Design::default()
        };
        let rows = trials(&design, 200, 50, options);
        let gap = mean(rows.iter().filter_map(|r| r.gap));
        let floor = mean(rows.iter().filter_map(|r| r.floor));
        let _ = writeln!(
            text,
            "    shift by kind {kind_shift}, by what is said {subject_shift}: gap {gap:.4}, floor {floor:.4}, ratio {:.2}",
            floor / gap
        );
    }
}

fn ranks(text: &mut String, options: &CompareOptions) {
    let designs: Vec<Design> = (0..20)
        .map(|i| Design {
            framing_shift: 0.05 * f64::from(i),
            ..Design::default()
        })
        .collect();
    let rho: Vec<f64> = (0..20)
        .map(|seed| order(&designs, 1000 + 100 * seed, options))
        .collect();
    let least = rho.iter().copied().fold(1.0, f64::min);
    let _ = writeln!(
        text,
        "(f) 20 clusters of growing difference, 0 to 0.95: Spearman of excess with what was planted, at least 0.8\n    mean {:.2}, least of {} {least:.2}",
        mean(rho.iter().copied()),
        rho.len()
    );
}
