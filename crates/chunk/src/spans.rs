//! The language of each sentence in its document: sentences vote for each other.
//!
//! A hidden Markov model whose states are the languages: a sentence is evidence by its own probabilities, the more so
//! the longer it is, and a switch of language between two sentences has a price, lower between paragraphs. The best
//! path (Viterbi) labels the sentences, the forward-backward marginals say how sure that is. So a short sentence
//! follows its neighbours, a quotation does not flip them, and a confident run switches. Between languages as close as
//! Russian and Bulgarian a sentence without a letter that tells them apart says little by itself (`neighbours`).

use visavis_records::Language;

use crate::{
    identify::Identifier,
    neighbours,
    sentences::{Gap, Sentence},
};

/// Least probability believed for a language, so that no single sentence decides alone: e⁻⁷.
const FLOOR: f64 = 0.0009;
/// Letters of a sentence that count as one vote; the longest sentences have two.
const VOTE: f64 = 60.0;
/// Price of a switch of language inside a paragraph, in nats.
const SWITCH: f64 = 4.5;
/// Price of a switch between paragraphs.
const SWITCH_PARAGRAPH: f64 = 3.0;
/// Head start of the language that the metadata declare.
const DECLARED: f64 = 2.0;

/// A sentence's language, and how sure that is, 0–1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Label {
    pub language: Language,
    pub confidence: f32,
}

/// One label a sentence.
pub(crate) fn label(
    text: &str,
    sentences: &[Sentence],
    declared: Option<Language>,
    identifier: &Identifier,
) -> Vec<Label> {
    let languages = identifier.languages();
    let n = languages.len();
    let evidence: Vec<Vec<f64>> = sentences
        .iter()
        .map(|s| evidence(&text[s.bytes.clone()], identifier))
        .collect();
    let nothing = evidence.iter().all(|e| e.iter().all(|&x| x == 0.0));
    let Some(first) = evidence.first() else {
        return Vec::new();
    };
    if nothing && !declared.is_some_and(|d| languages.contains(&d)) {
        return vec![
            Label {
                language: Language::UNKNOWN,
                confidence: 0.0
            };
            sentences.len()
        ];
    }
    let price = |t: usize| {
        if sentences[t - 1].gap == Gap::Space {
            SWITCH
        } else {
            SWITCH_PARAGRAPH
        }
    };
    let prior = |l: usize| {
        if declared == Some(languages[l]) {
            DECLARED
        } else {
            0.0
        }
    };

    // Viterbi and the forward pass.
    let mut best: Vec<f64> = (0..n).map(|l| first[l] + prior(l)).collect();
    let mut forward = vec![best.clone()];
    let mut back: Vec<Vec<usize>> = vec![(0..n).collect()];
    for t in 1..sentences.len() {
        let top = (0..n).fold(0, |a, b| if best[b] > best[a] { b } else { a });
        let from: Vec<usize> = (0..n)
            .map(|l| {
                if best[top] - price(t) > best[l] {
                    top
                } else {
                    l
                }
            })
            .collect();
        best = (0..n)
            .map(|l| evidence[t][l] + best[l].max(best[top] - price(t)))
            .collect();
        back.push(from);
        let step = transit(&forward[t - 1], price(t));
        forward.push((0..n).map(|l| step[l] + evidence[t][l]).collect());
    }
    let mut path = vec![(0..n).fold(0, |a, b| if best[b] > best[a] { b } else { a })];
    for t in (1..sentences.len()).rev() {
        path.push(back[t][path[path.len() - 1]]);
    }
    path.reverse();

    // The backward pass, and the marginals of the labels.
    let mut backward = vec![0.0; n];
    let mut labels = Vec::with_capacity(sentences.len());
    for t in (0..sentences.len()).rev() {
        let joint: Vec<f64> = (0..n).map(|l| forward[t][l] + backward[l]).collect();
        let confidence = (joint[path[t]] - log_sum(&joint)).exp() as f32;
        labels.push(Label {
            language: languages[path[t]],
            confidence,
        });
        if t > 0 {
            let with: Vec<f64> = (0..n).map(|l| backward[l] + evidence[t][l]).collect();
            backward = transit(&with, price(t));
        }
    }
    labels.reverse();
    labels
}

/// A sentence's evidence for each language, in nats; 0 for all where it says nothing.
fn evidence(sentence: &str, identifier: &Identifier) -> Vec<f64> {
    let mut evidence = weigh(sentence, &identifier.probabilities(sentence));
    neighbours::soften(sentence, identifier.languages(), &mut evidence);
    evidence
}

/// Probabilities as evidence, by the length of the sentence.
fn weigh(sentence: &str, probabilities: &[f32]) -> Vec<f64> {
    if probabilities.iter().all(|&p| p == 0.0) {
        return vec![0.0; probabilities.len()];
    }
    let letters = sentence.chars().filter(|c| c.is_alphabetic()).count() as f64;
    // A letter of Chinese, Japanese or Korean says as much as two or three of an alphabet.
    let dense = sentence
        .chars()
        .filter(|c| ('\u{2e80}'..='\u{d7ff}').contains(c))
        .count() as f64;
    let weight = ((letters + 2.0 * dense) / VOTE).min(2.0);
    probabilities
        .iter()
        .map(|&p| weight * f64::from(p).max(FLOOR).ln())
        .collect()
}

/// One step of staying, or switching at a price.
fn transit(scores: &[f64], price: f64) -> Vec<f64> {
    let all = log_sum(scores) - price;
    scores.iter().map(|&s| log_sum(&[s, all])).collect()
}

fn log_sum(values: &[f64]) -> f64 {
    let top = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + values.iter().map(|v| (v - top).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sentences::sentences;

    fn languages(text: &str) -> Vec<String> {
        let identifier = Identifier::new(&[]);
        label(text, &sentences(text), None, &identifier)
            .iter()
            .map(|l| l.language.to_string())
            .collect()
    }

    #[test]
    fn short_sentences_follow_and_quotations_do_not_flip() {
        let text = "Договор держится на взаимности и на доверии сторон. Да. Режим перестаёт быть договорным. «No way», сказал он. Выход есть, и он не сложен.";
        assert_eq!(languages(text), ["ru"; 5]);
        let text = "Читать на русском\n\nThe treaty rests on reciprocity, and that is why it has lasted. Nobody wants it to end.";
        assert_eq!(languages(text), ["en"; 3]);
    }

    #[test]
    fn a_sentence_alone_does_not_go_over_to_a_neighbour() {
        let around = "Договор держится на взаимности и на доверии сторон, и режим перестаёт быть договорным без них.";
        // By themselves these are taken for Bulgarian, the second with a probability of nearly one.
        for alone in [
            "И ещё: Бродния, на чьей земле лежит соль, получает по проекту треть запаса и вдобавок арендную плату.",
            "В такой обстановке Фридхельм Дорнкамп предлагает каждому посольству подать список своих разведчиков, а прочих считать неприкосновенными.",
        ] {
            let text = format!("{around}\n\n{alone}\n\n{around}");
            assert_eq!(languages(&text), ["ru"; 3], "{alone}");
            assert_eq!(languages(&format!("{around}\n\n{alone}")), ["ru"; 2]);
            assert_eq!(languages(&format!("{alone}\n\n{around}")), ["ru"; 2]);
        }
    }

    #[test]
    fn a_paragraph_of_a_neighbour_is_its_own() {
        let ru = "Договор держится на взаимности и на доверии сторон. Режим перестаёт быть договорным без них.";
        let uk = "Договір тримається на взаємності та на довірі сторін, і саме тому він проіснував так довго. Ніхто не хоче, щоб він скінчився вже зараз.";
        assert_eq!(
            languages(&format!("{ru}\n\n{uk}\n\n{ru}")),
            ["ru", "ru", "uk", "uk", "ru", "ru"]
        );
    }

    #[test]
    fn a_confident_run_switches() {
        let text = "Договор держится на взаимности и на доверии сторон, и режим перестаёт быть договорным без них.\n\nThe treaty rests on reciprocity, and that is why it has lasted for so long. Nobody wants it to end now.";
        assert_eq!(languages(text), ["ru", "en", "en"]);
    }

    #[test]
    fn languages_alternate_within_a_paragraph() {
        let ru = "Договор держится на взаимности и на доверии сторон. Режим перестаёт быть договорным. Выход есть, и он не сложен.";
        let en = "The treaty rests on reciprocity, and that is why it has lasted. Nobody wants it to end. The way out is not hard to find.";
        let text = format!("{ru} {en} {ru}\n\n{en}");
        assert_eq!(
            languages(&text),
            [
                "ru", "ru", "ru", "en", "en", "en", "ru", "ru", "ru", "en", "en", "en"
            ]
        );
    }

    #[test]
    fn text_without_letters_is_undetermined() {
        assert_eq!(languages("12 345.\n\n***"), ["und", "und"]);
    }
}
