//! Made-up languages: parallel neutral sentences and a corpus on topics, each vector with its language added.

use visavis_kernels::Random;
use visavis_records::{
    CalibrationKind, CalibrationText, CalibrationVectors, Language, UnitVectors,
};

const DIM: usize = 48;

/// What a language adds, of length `strength`.
fn accent(language: Language, strength: f64) -> Vec<f64> {
    let seed = language
        .code()
        .bytes()
        .fold(0u64, |s, b| s * 256 + u64::from(b));
    scaled(&mut Random::new(seed, 1), strength)
}

fn scaled(r: &mut Random, length: f64) -> Vec<f64> {
    let v: Vec<f64> = (0..DIM).map(|_| r.normal()).collect();
    let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
    v.iter().map(|x| x * length / norm).collect()
}

fn add(parts: &[&[f64]]) -> Vec<f32> {
    (0..DIM)
        .map(|i| parts.iter().map(|p| p[i]).sum::<f64>() as f32)
        .collect()
}

/// `items` parallel sentences in each language, sorted by (id, language).
pub(crate) fn calibration(
    items: usize,
    languages: &[Language],
    strength: f64,
) -> CalibrationVectors {
    let mut r = Random::new(17, 2);
    let mut languages = languages.to_vec();
    languages.sort_unstable();
    let (mut texts, mut data) = (Vec::new(), Vec::new());
    for item in 0..items {
        let meaning = scaled(&mut r, 1.0);
        for &language in &languages {
            texts.push(CalibrationText {
                id: format!("s{item:03}"),
                kind: CalibrationKind::Sentence,
                language,
                text: format!("{language} {item}"),
            });
            data.extend(add(&[
                &meaning,
                &accent(language, strength),
                &scaled(&mut r, 0.3),
            ]));
        }
    }
    let n_tokens = vec![10; texts.len()];
    CalibrationVectors {
        texts,
        vectors: UnitVectors::new(data, DIM).expect("not zero"),
        n_tokens,
    }
}

/// `n` passages on six topics, in turn in each language, four a document.
pub(crate) fn corpus(
    n: usize,
    languages: &[Language],
    strength: f64,
) -> (UnitVectors, Vec<Language>, Vec<u32>) {
    let mut r = Random::new(23, 3);
    let topics: Vec<Vec<f64>> = (0..6).map(|_| scaled(&mut r, 1.0)).collect();
    let (mut data, mut language, mut document) = (Vec::new(), Vec::new(), Vec::new());
    for i in 0..n {
        let l = languages[i / 4 % languages.len()];
        data.extend(add(&[
            &topics[r.below(6)],
            &accent(l, strength),
            &scaled(&mut r, 0.7),
        ]));
        language.push(l);
        document.push((i / 4) as u32);
    }
    (
        UnitVectors::new(data, DIM).expect("not zero"),
        language,
        document,
    )
}
