//! Corpora in which the answer is known.

use visavis_kernels::Random;
use visavis_records::{
    CalibrationKind, CalibrationText, ChunkId, Clustering, ContentHash, Date, DocId, Groups,
    Language, LanguageBasis, LanguageDirections, Layer, Neighbours, UnitVectors,
};

use crate::{Calibration, Corpus, calibration_fold};

/// What to plant: one cluster, two groups. Lengths are in within-cluster standard deviations, the root mean square
/// distance of a passage from the cluster's centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// Documents of each group.
    pub documents: [usize; 2],
    /// Most passages of a document in each group; each document has between 1 and that many.
    pub passages: [usize; 2],
    /// Spread of a passage about its document, over that of documents about the cluster, in each group: 1 for equal.
    pub passage_spread: [f64; 2],
    /// Language of each group; a group's other half is in the other language where `mixed`.
    pub languages: [Language; 2],
    /// Whether both groups write in both languages, each mostly in its own (2 of 3 passages).
    pub mixed: bool,
    /// Length of the displacement between the languages, before debiasing.
    pub language_shift: f64,
    /// Length of that part of a text's displacement which depends on what it says, for a text of length 1.
    pub subject_shift: f64,
    /// Length of what the second language adds to all texts of a kind: to calibration sentences, to calibration
    /// paragraphs and to the corpus in a direction of their own each.
    pub kind_shift: f64,
    /// Length of the difference between the groups.
    pub framing_shift: f64,
    /// Calibration sentences in each language.
    pub items: usize,
    /// Calibration paragraphs in each language.
    pub paragraphs: usize,
    /// Values a vector.
    pub dim: usize,
}

impl Default for Design {
    fn default() -> Self {
        Self {
            documents: [20, 20],
            passages: [4, 4],
            passage_spread: [1.0, 1.0],
            languages: [Language::EN, Language::RU],
            mixed: false,
            language_shift: 1.0,
            subject_shift: 0.0,
            kind_shift: 0.0,
            framing_shift: 0.0,
            items: 120,
            paragraphs: 40,
            dim: 64,
        }
    }
}

/// A corpus made to a [`Design`], with calibration text that went through the same displacement.
#[derive(Debug, Clone)]
pub struct Planted {
    chunk_id: Vec<ChunkId>,
    document: Vec<u32>,
    language: Vec<Language>,
    n_tokens: Vec<u32>,
    date: Vec<Option<Date>>,
    counted: Vec<bool>,
    raw: UnitVectors,
    clean: UnitVectors,
    neighbours: Neighbours,
    text: Vec<&'static str>,
    /// The groups, `a` and `b`.
    pub groups: Groups,
    /// One layer of one cluster.
    pub clustering: Clustering,
    calibration_texts: Vec<CalibrationText>,
    calibration_clean: UnitVectors,
}

/// Spread of documents about the cluster's centre, of length 1: a cluster of mean cosine about one half.
const SPREAD: f64 = 0.7;
/// Spread of a translation about its original.
const TRANSLATION: f64 = 0.5;

struct World {
    random: Random,
    dim: usize,
    /// A map from what a text is about to how its language displaces it.
    map: Vec<f64>,
    constant: Vec<f64>,
    /// What is added to sentences and their related ones, to paragraphs, and to the corpus.
    of_kind: [Vec<f64>; 3],
}

impl World {
    fn new(design: &Design, seed: u64) -> Self {
        let mut random = Random::new(seed, 0x70_6c_61_6e);
        let dim = design.dim;
        let sd = within(design);
        let map = (0..dim * dim)
            .map(|_| random.normal() * design.subject_shift * sd / (dim as f64).sqrt())
            .collect();
        let mut world = Self {
            random,
            dim,
            map,
            constant: Vec::new(),
            of_kind: Default::default(),
        };
        world.constant = world.direction(design.language_shift * sd);
        world.of_kind = [(); 3].map(|()| world.direction(design.kind_shift * sd));
        world
    }

    /// A random vector of the length given.
    fn direction(&mut self, length: f64) -> Vec<f64> {
        let v: Vec<f64> = (0..self.dim).map(|_| self.random.normal()).collect();
        let norm = v.iter().map(|x| x * x).sum::<f64>().sqrt();
        v.into_iter().map(|x| x * length / norm).collect()
    }

    /// A random vector of that root mean square length, longer in the first directions than in the last, as
    /// embeddings are.
    fn noise(&mut self, length: f64) -> Vec<f64> {
        let weight: f64 = (0..self.dim).map(|i| 1.0 / (4.0 + i as f64)).sum();
        (0..self.dim)
            .map(|i| self.random.normal() * length / (weight * (4.0 + i as f64)).sqrt())
            .collect()
    }

    /// What the second language makes of a text about `meaning`, of that kind.
    fn displaced(&self, x: &mut [f64], meaning: &[f64], kind: usize) {
        add(x, &self.of_kind[kind]);
        for (i, x) in x.iter_mut().enumerate() {
            let row = &self.map[i * self.dim..(i + 1) * self.dim];
            *x += self.constant[i] + row.iter().zip(meaning).map(|(w, m)| w * m).sum::<f64>();
        }
    }
}

fn within(design: &Design) -> f64 {
    let passage = 0.5 * (design.passage_spread[0].powi(2) + design.passage_spread[1].powi(2));
    SPREAD * (1.0 + passage).sqrt()
}

fn add(a: &mut [f64], b: &[f64]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
}

fn unit(rows: Vec<Vec<f64>>, dim: usize) -> UnitVectors {
    let data = rows.into_iter().flatten().map(|x| x as f32).collect();
    UnitVectors::new(data, dim).unwrap_or_else(|_| UnitVectors::empty(dim))
}

/// A corpus of the design, drawn with `seed`.
pub fn plant(design: &Design, seed: u64) -> Planted {
    let mut world = World::new(design, seed);
    let centre = world.direction(1.0);
    let framing = world.direction(design.framing_shift * within(design));
    let (mut rows, mut document, mut language, mut label, mut n_documents) =
        (vec![], vec![], vec![], vec![], 0u32);
    for side in 0..2 {
        for _ in 0..design.documents[side] {
            let own = world.noise(SPREAD);
            for _ in 0..=world.random.below(design.passages[side]) {
                let mut x = centre.clone();
                add(&mut x, &own);
                let passage = world.noise(SPREAD * design.passage_spread[side]);
                add(&mut x, &passage);
                if side == 1 {
                    add(&mut x, &framing);
                }
                let other = design.mixed && world.random.below(3) == 0;
                let second = (side == 1) != other;
                if second {
                    let meaning = x.clone();
                    world.displaced(&mut x, &meaning, 2);
                }
                rows.push(x);
                document.push(n_documents);
                language.push(design.languages[usize::from(second)]);
                label.push(Some(["a", "b"][side].to_owned()));
            }
            n_documents += 1;
        }
    }
    let n = rows.len();
    let raw = unit(rows, design.dim);
    let calibration = calibrate(design, &mut world);
    let directions = centring(&calibration, |_| true);
    let id = |row: usize| {
        ChunkId::of(
            DocId::of("", ContentHash::of("planted"), document[row], 0),
            row as u32,
            row as u32 + 1,
        )
    };
    Planted {
        chunk_id: (0..n).map(id).collect(),
        clean: directions.apply(&raw, &language),
        calibration_clean: crossed(&calibration),
        calibration_texts: calibration.0,
        raw,
        neighbours: Neighbours::default(),
        n_tokens: vec![100; n],
        text: vec!["planted"; n],
        date: vec![None; n_documents as usize],
        counted: vec![true; n_documents as usize],
        groups: Groups::new(vec!["side".to_owned()], &label),
        clustering: Clustering {
            layers: vec![Layer {
                n_clusters: 1,
                cluster: vec![0; n],
                nearest: vec![0; n],
                strength: vec![1.0; n],
                ..Layer::default()
            }],
        },
        document,
        language,
    }
}

type Texts = (Vec<CalibrationText>, UnitVectors);

/// Neutral sentences on subjects of all kinds with a related one for each, and paragraphs, in both languages.
fn calibrate(design: &Design, world: &mut World) -> Texts {
    let (mut texts, mut rows) = (Vec::new(), Vec::new());
    let mut item = |world: &mut World, kind: CalibrationKind, number: usize, subject: &[f64]| {
        let mut meaning = subject.to_vec();
        // With the spread of its wording as far from the subject as a passage of the corpus.
        let own = world.noise((2.0 * SPREAD.powi(2) - TRANSLATION.powi(2)).sqrt());
        add(&mut meaning, &own);
        let (letter, of_kind) = match kind {
            CalibrationKind::Sentence => ('s', 0),
            CalibrationKind::Related => ('r', 0),
            CalibrationKind::Paragraph => ('p', 1),
        };
        for (second, &language) in design.languages.iter().enumerate() {
            let mut x = meaning.clone();
            let wording = world.noise(TRANSLATION);
            add(&mut x, &wording);
            if second == 1 {
                world.displaced(&mut x, &meaning, of_kind);
            }
            texts.push(CalibrationText {
                id: format!("{letter}{number:03}"),
                kind,
                language,
                text: String::new(),
            });
            rows.push(x);
        }
    };
    for number in 0..design.items {
        let subject = world.direction(1.0);
        item(world, CalibrationKind::Sentence, number, &subject);
        item(world, CalibrationKind::Related, number, &subject);
    }
    for number in 0..design.paragraphs {
        let subject = world.direction(1.0);
        item(world, CalibrationKind::Paragraph, number, &subject);
    }
    (texts, unit(rows, design.dim))
}

/// Directions that subtract each language's mean over the sentences that `of` picks.
fn centring((texts, vectors): &Texts, of: impl Fn(&CalibrationText) -> bool) -> LanguageDirections {
    let mut sums: std::collections::BTreeMap<Language, (Vec<f32>, f32)> =
        std::collections::BTreeMap::new();
    for (text, row) in texts.iter().zip(vectors.rows()) {
        if text.kind == CalibrationKind::Sentence && of(text) {
            let (sum, n) = sums
                .entry(text.language)
                .or_insert_with(|| (vec![0.0; vectors.dim()], 0.0));
            sum.iter_mut().zip(row).for_each(|(s, x)| *s += x);
            *n += 1.0;
        }
    }
    let by_language = sums
        .into_iter()
        .map(|(l, (sum, n))| {
            (
                l,
                LanguageBasis {
                    mean: sum.into_iter().map(|s| s / n).collect(),
                    directions: vec![],
                },
            )
        })
        .collect();
    LanguageDirections {
        method: "center".to_owned(),
        by_language,
        ..LanguageDirections::default()
    }
}

/// As [`Calibration`] wants it: sentences by the other fold's, paragraphs by all sentences.
fn crossed(calibration: &Texts) -> UnitVectors {
    let (texts, vectors) = calibration;
    let languages: Vec<Language> = texts.iter().map(|t| t.language).collect();
    let halves = [0, 1].map(|fold| {
        centring(calibration, |t| calibration_fold(&t.id) != fold).apply(vectors, &languages)
    });
    let whole = centring(calibration, |_| true).apply(vectors, &languages);
    let data = texts
        .iter()
        .enumerate()
        .flat_map(|(r, t)| match t.kind {
            CalibrationKind::Paragraph => whole.row(r),
            _ => halves[calibration_fold(&t.id)].row(r),
        })
        .copied()
        .collect();
    UnitVectors::new(data, vectors.dim()).unwrap_or_else(|_| UnitVectors::empty(vectors.dim()))
}

impl Planted {
    /// The corpus.
    pub fn corpus(&self) -> Corpus<'_> {
        Corpus {
            chunk_id: &self.chunk_id,
            document: &self.document,
            language: &self.language,
            n_tokens: &self.n_tokens,
            text: &self.text,
            raw: &self.raw,
            clean: &self.clean,
            neighbours: &self.neighbours,
            date: &self.date,
            counted: &self.counted,
        }
    }

    /// Its calibration text.
    pub fn calibration(&self) -> Calibration<'_> {
        Calibration {
            texts: &self.calibration_texts,
            clean: &self.calibration_clean,
        }
    }
}
