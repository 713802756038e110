#![allow(missing_docs, warnings, clippy::all, clippy::pedantic)]
#[path = "/tmp/cmp/lab/src/level.rs"]
mod level;
#[path = "/tmp/cmp/lab/src/real.rs"]
mod real;
use visavis_compare::{CompareOptions, check::*};
use visavis_records::Language;
fn shuffles() {
    let n: usize = std::env::args().nth(2).map_or(1000, |s| s.parse().unwrap());
    let o = CompareOptions {
        permutations: 499,
        ..Default::default()
    };
    for (name, d) in [
        (
            "same lang",
            Design {
                documents: [60, 60],
                languages: [Language::EN, Language::EN],
                language_shift: 0.0,
                ..Default::default()
            },
        ),
        (
            "mixed",
            Design {
                documents: [60, 60],
                mixed: true,
                subject_shift: 0.3,
                ..Default::default()
            },
        ),
        (
            "uneven docs",
            Design {
                documents: [60, 60],
                passages: [8, 1],
                languages: [Language::EN, Language::EN],
                language_shift: 0.0,
                ..Default::default()
            },
        ),
    ] {
        let p = plant(&d, 11);
        for s in [[5, 5], [20, 20], [50, 5], [40, 80]] {
            let r = shuffled(&p.corpus(), &p.clustering, &p.calibration(), s, n, &o);
            println!(
                "{name} {s:?} p<=.05: {:.3} [{:.3},{:.3}] n {}",
                r.rate, r.low, r.high, r.n
            );
        }
    }
}
#[path = "../../../benches/benches/compare.rs"]
mod bench;
fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("planted") => level::planted(),
        Some("shuffle") => shuffles(),
        Some("real") => real::run(),
        Some("speed") => bench::measure(100_000, 50, 256),
        _ => {}
    }
}
