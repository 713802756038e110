//! The statistics themselves, small: `visavis bench quality` runs the same at length.

use visavis_compare::{
    CompareOptions,
    check::{
        Design, Draw, Parallel, differs, matching, order, plant, same, shuffled, split, trials,
    },
};
use visavis_kernels::Random;
use visavis_records::{Language, UnitVectors};

fn options() -> CompareOptions {
    CompareOptions {
        permutations: 499,
        ..CompareOptions::default()
    }
}

/// At most 5 % and its binomial error over 200 splits.
const MOST: usize = 17;

#[test]
fn no_difference_is_found_where_only_the_language_differs() {
    for language_shift in [0.0, 1.0, 2.0] {
        let rate = differs(
            &Design {
                language_shift,
                ..Design::default()
            },
            200,
            1,
            &options(),
        );
        assert!(
            rate.n == 200 && rate.hits <= MOST,
            "shift {language_shift}: {rate:?}"
        );
    }
    let subject = Design {
        subject_shift: 0.4,
        ..Design::default()
    };
    let rate = differs(&subject, 200, 2, &options());
    assert!(
        rate.hits <= MOST,
        "displacement that depends on the subject: {rate:?}"
    );
}

#[test]
fn no_difference_is_found_in_unequal_groups_with_unequal_passages() {
    for (documents, passages, passage_spread) in [
        ([50, 5], [4, 4], [1.0, 1.0]),
        ([60, 6], [6, 1], [1.0, 1.5]),
        ([6, 60], [6, 1], [1.0, 1.5]),
    ] {
        let design = Design {
            documents,
            passages,
            passage_spread,
            ..Design::default()
        };
        let rate = differs(&design, 200, 3, &options());
        assert!(rate.hits <= MOST, "{design:?}: {rate:?}");
    }
}

#[test]
fn groups_that_share_their_languages_have_their_own_floor() {
    let one = Design {
        languages: [Language::EN, Language::EN],
        language_shift: 0.0,
        ..Design::default()
    };
    let mixed = Design {
        mixed: true,
        subject_shift: 0.3,
        ..Design::default()
    };
    for design in [one, mixed] {
        let rate = differs(&design, 200, 4, &options());
        assert!(rate.hits <= MOST, "{design:?}: {rate:?}");
    }
}

#[test]
fn the_floor_is_the_gap_of_groups_that_say_the_same() {
    for (kind_shift, subject_shift) in [(0.3, 0.0), (0.0, 0.4), (0.2, 0.3), (0.4, 0.6)] {
        let design = Design {
            kind_shift,
            subject_shift,
            ..Design::default()
        };
        let rows = trials(&design, 100, 10, &options());
        let gap: f64 = rows.iter().filter_map(|r| r.gap).sum();
        let floor: f64 = rows.iter().filter_map(|r| r.floor).sum();
        assert!(
            (0.75..=1.25).contains(&(floor / gap)),
            "{kind_shift} {subject_shift}: {}",
            floor / gap
        );
        let differ = rows.iter().filter(|r| r.verdict == "differs").count();
        assert!(differ <= 9, "{kind_shift} {subject_shift}: {differ} of 100");
    }
}

#[test]
fn a_difference_of_one_standard_deviation_is_found() {
    for documents in [[20, 20], [50, 5]] {
        let design = Design {
            framing_shift: 1.0,
            documents,
            ..Design::default()
        };
        let rate = differs(&design, 50, 5, &options());
        assert!(rate.low >= 0.8, "{documents:?}: {rate:?}");
    }
}

#[test]
fn shuffled_groups_differ_as_often_as_they_should() {
    let design = Design {
        documents: [40, 40],
        languages: [Language::EN, Language::EN],
        language_shift: 0.0,
        ..Design::default()
    };
    let planted = plant(&design, 6);
    for sizes in [[20, 20], [50, 5]] {
        let rate = shuffled(
            &planted.corpus(),
            &planted.clustering,
            &planted.calibration(),
            sizes,
            400,
            &options(),
        );
        assert!((0.02..=0.08).contains(&rate.rate), "{sizes:?}: {rate:?}");
    }
}

#[test]
fn a_larger_difference_has_a_larger_excess() {
    let designs: Vec<Design> = (0..20)
        .map(|i| Design {
            framing_shift: 0.05 * f64::from(i),
            ..Design::default()
        })
        .collect();
    let rho = order(&designs, 7, &options());
    assert!(rho >= 0.8, "Spearman {rho}");
}

/// Passages in English and Russian, each a document.
struct Texts {
    clean: [UnitVectors; 2],
    document: Vec<u32>,
    tokens: Vec<u32>,
}

impl Texts {
    fn new(en: Vec<f32>, ru: Vec<f32>, dim: usize) -> Self {
        let clean = [en, ru].map(|data| UnitVectors::new(data, dim).unwrap());
        let n = clean[0].len();
        Self {
            clean,
            document: (0..n as u32).collect(),
            tokens: vec![100; n],
        }
    }

    fn parallel(&self) -> Parallel<'_> {
        Parallel {
            document: &self.document,
            languages: [Language::EN, Language::RU],
            clean: self.clean.each_ref(),
            n_tokens: [&self.tokens, &self.tokens],
        }
    }
}

#[test]
fn translations_are_found_among_as_many_distractors() {
    let (n, dim) = (180, 64);
    let mut random = Random::new(8, 8);
    let topics: Vec<f64> = (0..6 * dim).map(|_| random.normal()).collect();
    let (mut en, mut ru) = (Vec::new(), Vec::new());
    for p in 0..n {
        for i in 0..dim {
            let meaning = topics[p % 6 * dim + i] + random.normal();
            en.push((meaning + 0.5 * random.normal()) as f32);
            ru.push((meaning + 0.5 * random.normal()) as f32);
        }
    }
    let texts = Texts::new(en, ru, dim);
    let parallel = texts.parallel();
    let planted = plant(&Design::default(), 9);
    let found = matching(&parallel, &planted.calibration(), &options(), 1);
    assert!(found.translation.f1 >= 0.9, "{found:?}");
    assert!(found.translation.f1 + 0.02 >= found.cosine.f1, "{found:?}");
}

#[test]
fn the_gap_of_the_same_documents_is_its_mean_over_halves() {
    let (n, dim) = (40, 64);
    let mut random = Random::new(8, 8);
    let shift: Vec<f64> = (0..dim).map(|_| 0.4 * random.normal()).collect();
    let (mut en, mut ru) = (Vec::new(), Vec::new());
    for _ in 0..n {
        for common in &shift {
            let meaning = random.normal();
            en.push(meaning as f32);
            ru.push((meaning + common) as f32);
        }
    }
    let texts = Texts::new(en, ru, dim);
    let parallel = texts.parallel();
    let planted = plant(&Design::default(), 9);
    let calibration = planted.calibration();
    let found = same(&parallel, &calibration, &options()).unwrap();
    let draw = Draw {
        subject: &texts.document,
        other: &[],
        sizes: [n / 2, n / 2],
        replaced: 0,
    };
    let gaps: Vec<f64> = (0..300)
        .filter_map(|seed| split(&parallel, &draw, &calibration, &options(), seed)?.gap)
        .collect();
    let draws = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / draws;
    let variance = gaps.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / (draws - 1.0);
    let error = (variance / draws).sqrt();
    assert!(
        (found.gap - mean).abs() < 4.0 * error,
        "{found:?} {mean} ± {error}"
    );
    // What the two languages have in common in each document is no error.
    assert!(found.error > 0.0 && found.error < variance.sqrt() / 2.0);
    assert!(found.floor_interval[0] <= found.floor && found.floor <= found.floor_interval[1]);
}
