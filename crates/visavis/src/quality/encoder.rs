//! How good an encoder is at what this tool needs: topics, translated sentences, similarity, paragraphs.

use std::{collections::BTreeMap, fmt::Write};

use visavis_cluster::{ClusterOptions, Method, cluster, score};
use visavis_compare::check::spearman;
use visavis_records::{CalibrationKind, Language, Neighbours, UnitVectors};

use super::{
    Bench,
    data::{SEEDS, SIX, TOPICS, files, lines, none, read, sib200, xquad},
    mean, pooled, spread,
};
use crate::{Error, calibration};

/// All scores of the encoder; each figure is × 100.
pub fn report(bench: &Bench<'_>) -> Result<String, Error> {
    let mut text = "All figures x 100\n".to_owned();
    text += "\nSIB-200 V-measure, k-means K = 7\n";
    bench.topics(&mut text)?;
    text += "\nTatoeba accuracy\n";
    bench.sentences(&mut text)?;
    text += "\nSTS-b dev Spearman\n";
    bench.similarity(&mut text)?;
    text += "\nXQuAD paragraph retrieval, rank one\n";
    bench.paragraphs(&mut text)?;
    text += "\nCalibration sentences found among all of the language, from English\n";
    bench.calibration(&mut text)?;
    Ok(text)
}

impl Bench<'_> {
    fn topics(&self, text: &mut String) -> Result<(), Error> {
        let mut sets: BTreeMap<Language, (UnitVectors, Vec<i32>)> = BTreeMap::new();
        for (language, set) in sib200(self.folder)? {
            let (sentences, topics): (Vec<_>, Vec<_>) =
                set.into_iter().map(|t| (t.text, t.topic)).unzip();
            sets.insert(language, (self.encode(&sentences)?, topics));
        }
        if sets.is_empty() {
            none(text, "sib200");
            return Ok(());
        }
        let mut means = Vec::new();
        for (language, (vectors, topics)) in &sets {
            let (mean, spread, _) = clustered(vectors, topics, &[])?;
            means.push(mean);
            let _ = writeln!(text, "  {language:4} {mean:5.1} ± {spread:.1}");
        }
        let _ = writeln!(text, "  {:4} {:5.1}", "mean", mean(means.into_iter()));
        let all: Vec<Language> = sets.keys().copied().collect();
        for pool in [&SIX[..2], &SIX[..], &all[..]] {
            let pool: Vec<_> = pool.iter().filter_map(|l| sets.get(l)).collect();
            let sides: Vec<_> = pool.iter().map(|(v, topics)| (v, &topics[..])).collect();
            let (vectors, topics, languages) = pooled(&sides)?;
            let (mean, spread, language) = clustered(&vectors, &topics, &languages)?;
            let _ = writeln!(
                text,
                "  {:2} pooled  {mean:5.1} ± {spread:.1}, language information {:.1}",
                pool.len(),
                language
            );
        }
        Ok(())
    }

    fn sentences(&self, text: &mut String) -> Result<(), Error> {
        let (mut there, mut back) = (Vec::new(), Vec::new());
        for (pair, path) in files(self.folder, "tatoeba", "tatoeba.", "-eng.eng") {
            let english = lines(&path)?;
            let other = lines(&path.with_file_name(format!("tatoeba.{pair}-eng.{pair}")))?;
            let (english, other) = (self.encode(&english)?, self.encode(&other)?);
            let (to, from) = (found(&other, &english), found(&english, &other));
            let _ = writeln!(
                text,
                "  {pair:4} to English {to:5.1}, from English {from:5.1}"
            );
            there.push(to);
            back.push(from);
        }
        if there.is_empty() {
            none(text, "tatoeba");
            return Ok(());
        }
        let _ = writeln!(
            text,
            "  mean to English {:5.1}, from English {:5.1}",
            mean(there.into_iter()),
            mean(back.into_iter())
        );
        Ok(())
    }

    fn similarity(&self, text: &mut String) -> Result<(), Error> {
        let files = files(self.folder, "stsb", "stsb-", "-dev.csv");
        for (language, path) in &files {
            let data = read(path)?;
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .from_reader(data.as_bytes());
            let rows: Vec<csv::StringRecord> = reader
                .records()
                .flatten()
                .filter(|r| r.len() >= 3)
                .collect();
            let column = |i: usize| rows.iter().map(|r| r[i].to_owned()).collect::<Vec<_>>();
            let (a, b) = (self.encode(&column(0))?, self.encode(&column(1))?);
            let cosine: Vec<f64> = a
                .rows()
                .zip(b.rows())
                .map(|(a, b)| f64::from(visavis_kernels::dot(a, b)))
                .collect();
            let human: Vec<f64> = column(2).iter().map(|s| s.parse().unwrap_or(0.0)).collect();
            let _ = writeln!(
                text,
                "  {language:4} {:5.1}",
                100.0 * spearman(&cosine, &human)
            );
        }
        if files.is_empty() {
            none(text, "stsb");
        }
        Ok(())
    }

    fn paragraphs(&self, text: &mut String) -> Result<(), Error> {
        let mut sets = xquad(self.folder)?;
        let Some(english) = sets.remove(&Language::EN) else {
            none(text, "xquad");
            return Ok(());
        };
        let contexts =
            |set: &[(u32, String)]| set.iter().map(|p| p.1.clone()).collect::<Vec<String>>();
        let target = self.encode(&contexts(&english))?;
        for (language, set) in &sets {
            let hits = found(&self.encode(&contexts(set))?, &target);
            let _ = writeln!(text, "  {language:4} to English {hits:5.1}");
        }
        Ok(())
    }

    fn calibration(&self, text: &mut String) -> Result<(), Error> {
        let texts = calibration::texts()?;
        let mut by_language: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for t in texts
            .into_iter()
            .filter(|t| t.kind == CalibrationKind::Sentence)
        {
            by_language.entry(t.language).or_default().push(t.text);
        }
        let english = self.encode(&by_language[&Language::EN])?;
        for (language, sentences) in by_language.iter().filter(|(l, _)| **l != Language::EN) {
            let _ = writeln!(
                text,
                "  {language:4} {:5.1}",
                found(&english, &self.encode(sentences)?)
            );
        }
        Ok(())
    }
}

/// V-measure of spherical k-means with the topics, mean and standard deviation over the seeds, × 100; and the mean
/// normalised mutual information of its clusters with the languages, × 100.
fn clustered(
    vectors: &UnitVectors,
    topics: &[i32],
    languages: &[i32],
) -> Result<(f64, f64, f64), Error> {
    let (mut scores, mut language) = (Vec::new(), 0.0);
    for seed in 0..SEEDS {
        let options = ClusterOptions {
            clusters: Some(TOPICS),
            method: Method::KMeans,
            seed,
            ..ClusterOptions::default()
        };
        let clustering = cluster(vectors, &Neighbours::default(), None, &options)
            .map_err(|e| Error::failed(e.to_string()))?;
        let found = &clustering.layers[0].cluster;
        scores.push(100.0 * score::normalized_mutual_information(topics, found));
        if !languages.is_empty() {
            language +=
                100.0 * score::normalized_mutual_information(languages, found) / SEEDS as f64;
        }
    }
    let (mean, spread) = spread(&scores);
    Ok((mean, spread, language))
}

/// Share of rows of `from` whose nearest row of `to` is the one with the same number, × 100.
fn found(from: &UnitVectors, to: &UnitVectors) -> f64 {
    let cosines = visavis_kernels::cosine_block(from.as_slice(), to.as_slice(), to.dim());
    let nearest =
        |row: &[f32]| (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]).then(b.cmp(&a)));
    let hits = cosines
        .chunks_exact(to.len())
        .enumerate()
        .filter(|(i, row)| nearest(row) == Some(*i))
        .count();
    100.0 * hits as f64 / from.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_where_it_is_nearest() {
        let a = UnitVectors::new(vec![1.0, 0.0, 0.0, 1.0, 0.7, 0.7], 2).unwrap();
        assert!((found(&a, &a) - 100.0).abs() < 1e-9);
        let swapped = a.select(&[1, 0, 2]);
        assert!((found(&a, &swapped) - 100.0 / 3.0).abs() < 1e-9);
    }
}
