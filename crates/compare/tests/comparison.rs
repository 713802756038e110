//! What a comparison says of corpora whose answer is known.

use visavis_compare::{
    Calibration, CompareError, CompareOptions, Corpus, Reprints, Words, check, compare,
    counterparts, coverage, prevalence, terms, timeline,
};
use visavis_kernels::Random;
use visavis_records::{
    CalibrationKind, CalibrationText, ChunkId, Clustering, ContentHash, Date, DocId, Groups,
    Language, Layer, Neighbours, UnitVectors,
};

/// A corpus by hand: each document has a group, a language, a date and its passages (cluster, vector, text).
#[derive(Default)]
struct Made {
    chunk_id: Vec<ChunkId>,
    document: Vec<u32>,
    language: Vec<Language>,
    label: Vec<Option<String>>,
    cluster: Vec<i32>,
    data: Vec<f32>,
    text: Vec<String>,
    date: Vec<Option<Date>>,
}

const DIM: usize = 8;

impl Made {
    fn document(
        &mut self,
        group: &str,
        language: Language,
        date: Option<&str>,
        passages: &[(i32, [f32; DIM], &str)],
    ) {
        let d = self.date.len() as u32;
        self.date.push(date.map(|d| d.parse().unwrap()));
        for (cluster, vector, text) in passages {
            let n = self.chunk_id.len() as u32;
            self.chunk_id.push(ChunkId::of(
                DocId::of("", ContentHash::of("made"), d, 0),
                n,
                n + 1,
            ));
            self.document.push(d);
            self.language.push(language);
            self.label.push(Some(group.to_owned()));
            self.cluster.push(*cluster);
            self.data.extend(vector);
            self.text.push((*text).to_owned());
        }
    }

    fn with<T>(&self, f: impl Fn(&Corpus<'_>, &Clustering, &Groups) -> T) -> T {
        let n = self.chunk_id.len();
        let vectors = UnitVectors::new(self.data.clone(), DIM).unwrap();
        let text: Vec<&str> = self.text.iter().map(String::as_str).collect();
        let corpus = Corpus {
            chunk_id: &self.chunk_id,
            document: &self.document,
            language: &self.language,
            n_tokens: &vec![50; n],
            text: &text,
            raw: &vectors,
            clean: &vectors,
            neighbours: &Neighbours::default(),
            date: &self.date,
            counted: &vec![true; self.date.len()],
        };
        let n_clusters = (self.cluster.iter().max().unwrap() + 1) as u32;
        let nearest = self.cluster.iter().map(|&c| c.max(0) as u32).collect();
        let layer = Layer {
            n_clusters,
            cluster: self.cluster.clone(),
            nearest,
            strength: vec![1.0; n],
            ..Layer::default()
        };
        f(
            &corpus,
            &Clustering {
                layers: vec![layer],
            },
            &Groups::new(vec!["side".into()], &self.label),
        )
    }
}

fn near(axis: usize, random: &mut Random, spread: f64) -> [f32; DIM] {
    std::array::from_fn(|i| (f64::from(u8::from(i == axis)) + spread * random.normal()) as f32)
}

fn small() -> CompareOptions {
    CompareOptions {
        min_passages: 0,
        ..CompareOptions::default()
    }
}

#[test]
fn shares_weigh_documents_equally_and_count_outliers() {
    let mut made = Made::default();
    let v = [1.0; DIM];
    // One long document of group a all on cluster 0, three short ones half on it: (1 + 3/2) / 4.
    made.document("a", Language::EN, None, &[(0, v, ""); 40]);
    for _ in 0..3 {
        made.document("a", Language::EN, None, &[(0, v, ""), (-1, v, "")]);
    }
    for _ in 0..4 {
        made.document("b", Language::RU, None, &[(1, v, ""), (1, v, "")]);
    }
    let rows = made.with(|c, k, g| prevalence(c, k, g, &CompareOptions::default()));
    let row = |cluster, group: &str| {
        rows.iter()
            .find(|r| r.cluster == cluster && r.group == group)
            .unwrap()
    };
    assert!((row(0, "a").share - 0.625).abs() < 1e-12);
    assert_eq!((row(0, "a").n_chunks, row(0, "a").n_documents), (43, 4));
    assert_eq!((row(0, "b").share, row(1, "b").share), (0.0, 1.0));
    assert!(
        rows.iter()
            .all(|r| r.log_odds.is_none() && r.share_low.is_none()),
        "too few documents for more than shares"
    );
    assert_eq!(rows.len(), 4);
}

#[test]
fn intervals_of_shares_hold_what_they_promise() {
    // Documents speak of cluster 0 with probability 0.3: 95 % of the intervals should hold 0.3; log-odds are about 0.
    let (mut held, mut z_beyond, trials) = (0, 0, 200);
    for t in 0..trials {
        let mut random = Random::new(t, 5);
        let mut made = Made::default();
        for d in 0..60 {
            let cluster = i32::from(random.uniform() > 0.3);
            made.document(
                ["a", "b"][d % 2],
                Language::EN,
                None,
                &[(cluster, [1.0; DIM], ""); 5],
            );
        }
        let options = CompareOptions {
            bootstrap: 400,
            seed: t,
            ..small()
        };
        let rows = made.with(|c, k, g| prevalence(c, k, g, &options));
        let a = rows
            .iter()
            .find(|r| r.cluster == 0 && r.group == "a")
            .unwrap();
        held += i32::from(a.share_low.unwrap() <= 0.3 && a.share_high.unwrap() >= 0.3);
        z_beyond += i32::from(a.z.unwrap().abs() > 1.96);
    }
    assert!(
        (180..=200).contains(&held),
        "{held} of 200 intervals hold the truth"
    );
    assert!(
        z_beyond <= 20,
        "{z_beyond} of 200 z beyond 1.96 where nothing differs"
    );
}

#[test]
fn log_odds_point_to_the_group_that_speaks_more() {
    let mut made = Made::default();
    for d in 0..40 {
        let (group, on) = if d % 2 == 0 {
            ("a", d % 10 < 8)
        } else {
            ("b", d % 10 < 2)
        };
        made.document(
            group,
            Language::EN,
            None,
            &[(i32::from(!on), [1.0; DIM], ""); 2],
        );
    }
    let rows = made.with(|c, k, g| prevalence(c, k, g, &small()));
    let (a, b) = (&rows[0], &rows[1]);
    assert!(a.z.unwrap() > 3.0 && a.ci_low.unwrap() > 0.0, "{a:?}");
    assert!(
        (a.log_odds.unwrap() + b.log_odds.unwrap()).abs() < 1e-9,
        "two groups mirror each other"
    );
}

#[test]
fn coverage_and_timeline_follow_documents() {
    let mut made = Made::default();
    let v = [1.0; DIM];
    for d in 0..4 {
        made.document(
            "a",
            Language::EN,
            Some("2019-03-05"),
            &[(0, v, ""), (1, v, "")],
        );
        made.document(
            "b",
            Language::RU,
            Some("2019-05-20"),
            &[(0, v, ""), if d == 0 { (1, v, "") } else { (2, v, "") }],
        );
    }
    let words = made.with(coverage);
    assert_eq!(
        [&words[&0], &words[&1], &words[&2]],
        ["shared", "only:a", "only:b"]
    );
    let rows = made.with(timeline);
    let b: Vec<_> = rows
        .iter()
        .filter(|r| r.group == "b")
        .map(|r| {
            (
                r.cluster,
                r.period_start.to_string(),
                r.n_documents,
                r.share,
            )
        })
        .collect();
    let may = || "2019-05-01".to_owned();
    assert_eq!(
        b,
        [
            (0, may(), 4, 0.5),
            (1, may(), 1, 0.125),
            (2, may(), 3, 0.375)
        ]
    );
}

/// Calibration in two languages with translations of cosine about 0.9 and unrelated sentences.
fn with_calibration<T>(f: impl Fn(&Calibration<'_>) -> T) -> T {
    let mut random = Random::new(1, 1);
    let (mut texts, mut data) = (Vec::new(), Vec::new());
    for n in 0..60 {
        let meaning: [f64; DIM] = std::array::from_fn(|_| random.normal());
        for language in [Language::EN, Language::RU] {
            texts.push(CalibrationText {
                id: format!("s{n:03}"),
                kind: CalibrationKind::Sentence,
                language,
                text: String::new(),
            });
            data.extend(meaning.map(|m| (m + 0.3 * random.normal()) as f32));
        }
    }
    let vectors = UnitVectors::new(data, DIM).unwrap();
    f(&Calibration {
        texts: &texts,
        clean: &vectors,
    })
}

#[test]
fn a_copy_a_translation_and_the_unanswered_are_told_apart() {
    let mut random = Random::new(2, 2);
    let mut made = Made::default();
    let brief = "Inspections should resume before the end of the year, on both sides at once.";
    let copy = "INSPECTIONS should resume before the end of the year, on both sides at once!";
    let x = near(0, &mut random, 0.1);
    let close = |v: [f32; DIM], random: &mut Random| v.map(|x| x + (0.02 * random.normal()) as f32);
    made.document(
        "a",
        Language::EN,
        Some("2020-02-01"),
        &[(0, x, brief), (0, near(3, &mut random, 0.1), "lonely")],
    );
    made.document(
        "a",
        Language::EN,
        Some("2020-03-01"),
        &[(0, close(x, &mut random), copy)],
    );
    made.document(
        "b",
        Language::RU,
        Some("2020-01-01"),
        &[(0, close(x, &mut random), "Инспекции следует возобновить")],
    );
    for axis in [1, 2, 4, 5] {
        made.document(
            "b",
            Language::RU,
            None,
            &[(0, near(axis, &mut random, 0.1), "другое")],
        );
    }
    made.with(|c, k, g| {
        with_calibration(|calibration| {
            let (matches, unanswered) = counterparts(c, k, g, calibration, &small());
            let kinds: Vec<_> = matches
                .iter()
                .map(|m| (m.chunk_a == c.chunk_id[0], m.kind.as_str()))
                .collect();
            assert!(kinds.contains(&(true, "copy")), "{matches:?}");
            assert_eq!(
                matches.iter().filter(|m| m.kind == "translation").count(),
                1,
                "{matches:?}"
            );
            assert!(
                unanswered
                    .iter()
                    .any(|u| u.chunk_id == c.chunk_id[1] && u.other_group == "b")
            );
            assert!(
                !unanswered.iter().any(|u| u.chunk_id == c.chunk_id[3]),
                "the translation has its answer"
            );

            let drop = CompareOptions {
                reprints: Reprints::Drop,
                ..small()
            };
            let (all, fewer) = [small(), drop]
                .map(|o| compare(c, k, g, calibration, None, &o).unwrap().prevalence)
                .into();
            let count = |rows: &[visavis_records::rows::PrevalenceRow]| {
                rows.iter().map(|r| r.n_chunks).sum::<u32>()
            };
            assert_eq!(
                (count(&all), count(&fewer)),
                (8, 6),
                "copy and translation count once, as the earliest document"
            );
        });
    });
}

#[test]
fn three_documents_are_described_and_not_tested() {
    let mut random = Random::new(3, 3);
    let mut made = Made::default();
    for (group, axis) in [("x", 0), ("y", 0), ("z", 1)] {
        let passages: Vec<_> = (0..6)
            .map(|_| (0, near(axis, &mut random, 0.2), "text"))
            .collect();
        made.document(group, Language::EN, None, &passages);
    }
    made.with(|c, k, g| {
        with_calibration(|calibration| {
            let framing = compare(c, k, g, calibration, None, &CompareOptions::default())
                .unwrap()
                .framing;
            assert_eq!(framing.len(), 3);
            assert!(framing.iter().all(|r| r.verdict == "too_few"
                && r.p.is_none()
                && r.q.is_none()
                && r.gap_low.is_none()));
            let gap = |a: &str, b: &str| {
                framing
                    .iter()
                    .find(|r| r.group_a == a && r.group_b == b)
                    .unwrap()
                    .gap
                    .unwrap()
            };
            assert!(gap("x", "y") < 0.1 && gap("x", "z") > 0.3, "{framing:?}");
        });
    });
}

#[test]
fn one_close_passage_between_longer_documents_is_no_translation() {
    let mut random = Random::new(4, 4);
    let close = |v: [f32; DIM], random: &mut Random| v.map(|x| x + (0.02 * random.normal()) as f32);
    let mut made = Made::default();
    let original: Vec<[f32; DIM]> = (0..3).map(|i| near(i, &mut random, 0.2)).collect();
    let other: Vec<[f32; DIM]> = (3..6).map(|i| near(i, &mut random, 0.2)).collect();
    let mut document = |language, vectors: &[[f32; DIM]]| {
        let passages: Vec<(i32, [f32; DIM], &str)> = vectors.iter().map(|&v| (0, v, "")).collect();
        made.document("a", language, None, &passages);
    };
    document(Language::EN, &original);
    let translated: Vec<_> = original.iter().map(|&v| close(v, &mut random)).collect();
    document(Language::RU, &translated);
    document(Language::EN, &other);
    // A quotation in a document of its own.
    let quoting = [
        close(other[0], &mut random),
        near(6, &mut random, 0.1),
        near(7, &mut random, 0.1),
    ];
    document(Language::RU, &quoting);
    made.with(|c, k, g| {
        with_calibration(|calibration| {
            let rows = counterparts(c, k, g, calibration, &small()).0;
            let kinds = |first: usize, second: usize| -> Vec<&str> {
                let ids = |d: usize| &c.chunk_id[3 * d..3 * d + 3];
                rows.iter()
                    .filter(|r| ids(first).contains(&r.chunk_a) && ids(second).contains(&r.chunk_b))
                    .map(|r| r.kind.as_str())
                    .collect()
            };
            assert_eq!(kinds(0, 1), ["translation"; 3]);
            assert_eq!(kinds(2, 3), ["counterpart"]);
        });
    });
}

#[test]
fn passages_without_a_group_are_matched_too() {
    let mut random = Random::new(5, 5);
    let mut made = Made::default();
    for axis in [0, 1, 0, 1] {
        made.document(
            "a",
            Language::EN,
            None,
            &[(0, near(axis, &mut random, 0.1), "text")],
        );
    }
    made.label[2] = None;
    made.label[3] = None;
    made.with(|c, k, g| {
        with_calibration(|calibration| {
            let (rows, unanswered) = counterparts(c, k, g, calibration, &small());
            let pair = |x: usize, y: usize| {
                let row = rows
                    .iter()
                    .find(|r| r.chunk_a == c.chunk_id[x] && r.chunk_b == c.chunk_id[y]);
                row.map(|r| (r.group_a.as_deref(), r.group_b.as_deref()))
            };
            assert_eq!(pair(0, 2), Some((Some("a"), None)));
            assert_eq!(pair(1, 3), Some((Some("a"), None)));
            assert!(unanswered.is_empty(), "{unanswered:?}");
        });
    });
}

#[test]
fn parts_that_do_not_fit_are_refused_by_name() {
    let mut made = Made::default();
    made.document("a", Language::EN, None, &[(0, [1.0; DIM], "")]);
    made.with(|c, k, g| {
        let bad = Corpus {
            n_tokens: &[],
            ..*c
        };
        let calibration = Calibration {
            texts: &[],
            clean: &UnitVectors::empty(DIM),
        };
        let error = compare(&bad, k, g, &calibration, None, &small()).unwrap_err();
        assert_eq!(
            error,
            CompareError::Length {
                what: "n_tokens",
                found: 0,
                expected: 1
            }
        );
    });
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let planted = check::plant(
        &check::Design {
            documents: [30, 12],
            ..check::Design::default()
        },
        4,
    );
    let with = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| {
                compare(
                    &planted.corpus(),
                    &planted.clustering,
                    &planted.groups,
                    &planted.calibration(),
                    None,
                    &small(),
                )
                .unwrap()
            })
    };
    let (one, two) = (with(1), with(3));
    assert!(
        !one.framing.is_empty()
            && !one.counterparts.is_empty()
            && one.prevalence[0].share_low.is_some()
    );
    assert_eq!(format!("{one:?}"), format!("{two:?}"));
}

#[test]
fn words_are_a_groups_own_when_its_documents_share_them() {
    let vocabulary = ["peace", "order", "security", "comma"].map(str::to_owned);
    let mut made = Made::default();
    let (mut starts, mut ids) = (vec![0], Vec::new());
    for d in 0..24 {
        made.document(
            ["a", "b"][d % 2],
            Language::EN,
            None,
            &[(0, [1.0; DIM], "")],
        );
        // Both say "peace"; a says "order" in every document; one document of b says "security" a hundred times.
        ids.extend([0, if d % 2 == 0 { 1 } else { 3 }]);
        if d == 1 {
            ids.extend([2; 100]);
        }
        starts.push(ids.len());
    }
    let words = Words {
        vocabulary: &vocabulary,
        starts: &starts,
        ids: &ids,
    };
    let rows = made.with(|c, k, g| terms(c, k, g, &words, &small()));
    let of = |group: &str| -> Vec<&str> {
        rows.iter()
            .filter(|r| r.group.as_deref() == Some(group))
            .map(|r| r.term.as_str())
            .collect()
    };
    assert_eq!(
        (of("a"), of("b")),
        (vec!["order"], vec!["comma"]),
        "{rows:?}"
    );
    assert!(rows.iter().all(|r| r.z.unwrap() > 1.96 && r.rank == 1));
}
