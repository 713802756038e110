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
    telltale::is_letter,
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

impl Label {
    const UNKNOWN: Self = Self {
        language: Language::UNKNOWN,
        confidence: 0.0,
    };
}

/// One label a sentence.
pub(crate) fn label(
    text: &str,
    sentences: &[Sentence],
    declared: Option<Language>,
    identifier: &Identifier,
) -> Vec<Label> {
    if let [only] = identifier.languages() {
        let has_letters = |s: &Sentence| text[s.bytes.clone()].contains(char::is_alphabetic);
        let label = if declared == Some(*only) || sentences.iter().any(has_letters) {
            Label {
                language: *only,
                confidence: 1.0,
            }
        } else {
            Label::UNKNOWN
        };
        return vec![label; sentences.len()];
    }
    let evidence = evidence(text, sentences, identifier);
    from_evidence(sentences, declared, identifier, &evidence)
}

fn from_evidence(
    sentences: &[Sentence],
    declared: Option<Language>,
    identifier: &Identifier,
    evidence: &[Vec<f64>],
) -> Vec<Label> {
    let languages = identifier.languages();
    let n = languages.len();
    let nothing = evidence.iter().all(|e| e.iter().all(|&x| x == 0.0));
    let Some(first) = evidence.first() else {
        return Vec::new();
    };
    if nothing && !declared.is_some_and(|d| languages.contains(&d)) {
        return vec![Label::UNKNOWN; sentences.len()];
    }
    let price = |t: usize| price(sentences, t);
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

/// Price of a switch before sentence `t`.
fn price(sentences: &[Sentence], t: usize) -> f64 {
    if sentences[t - 1].gap == Gap::Space {
        SWITCH
    } else {
        SWITCH_PARAGRAPH
    }
}

/// The evidence of each sentence for each language, in nats; 0 for all where it says nothing.
///
/// Counting n-grams is what costs, so it is left where it could change no label. Beside sentences of one language that
/// are surely told, a hint of it is enough; and the short sentences that have none are taken for it without a look,
/// where all they could say, and what a cheaper place for a switch saves, is worth less than half of what either
/// neighbour says.
fn evidence(text: &str, sentences: &[Sentence], identifier: &Identifier) -> Vec<Vec<f64>> {
    let text = |t: usize| &text[sentences[t].bytes.clone()];
    let told: Vec<_> = (0..sentences.len())
        .map(|t| identifier.tell(text(t)))
        .collect();
    let language = |t: usize| told[t].surely;
    let mut all = vec![Vec::new(); sentences.len()];
    let mut put = |t: usize, probabilities: Vec<f32>| {
        all[t] = weigh(text(t), &probabilities, identifier.languages());
    };
    let mut next = 0;
    while next < sentences.len() {
        let end = (next..sentences.len()).find(|&t| language(t).is_some());
        let end = end.unwrap_or(sentences.len());
        // Sentences `next..end` are not sure; those before and behind are, where there are any.
        let (before, after) = (
            next.checked_sub(1),
            Some(end).filter(|&t| t < sentences.len()),
        );
        let around = match (before, after) {
            (Some(b), Some(a)) if language(b) != language(a) => None,
            (b, a) => b.or(a).and_then(language),
        };
        let (hinted, rest): (Vec<usize>, Vec<usize>) =
            (next..end).partition(|&t| around.is_some_and(|l| told[t].may_be(l)));
        let hinted = hinted.into_iter().zip(std::iter::repeat(around));
        for (t, language) in hinted.chain(after.map(|t| (t, language(t)))) {
            let language = language.expect("what is around, or the sentence, is sure");
            put(t, identifier.nearly_certain(language));
        }
        let most = -FLOOR.ln() * rest.iter().map(|&t| weight(text(t))).sum::<f64>();
        // Half of what the longest sentence says is less than leaving and coming back, wherever that is cheapest.
        let idle = around.is_some()
            && before.zip(after).is_some_and(|(b, a)| {
                let least = -FLOOR.ln() * weight(text(b)).min(weight(text(a)));
                2.0 * (most + SWITCH - SWITCH_PARAGRAPH) < least
            });
        for t in rest {
            if idle {
                put(t, vec![0.0; identifier.languages().len()]);
            } else {
                put(t, identifier.by_n_grams(text(t), around));
            }
        }
        next = end + 1;
    }
    all
}

/// Probabilities as evidence, by the length of the sentence, less between close languages.
fn weigh(sentence: &str, probabilities: &[f32], languages: &[Language]) -> Vec<f64> {
    if probabilities.iter().all(|&p| p == 0.0) {
        return vec![0.0; probabilities.len()];
    }
    let weight = weight(sentence);
    let mut evidence: Vec<f64> = probabilities
        .iter()
        .map(|&p| weight * f64::from(p).max(FLOOR).ln())
        .collect();
    neighbours::soften(sentence, languages, &mut evidence);
    evidence
}

/// Votes of a sentence, by its length.
fn weight(sentence: &str) -> f64 {
    let letters = sentence.chars().filter(|c| is_letter(*c)).count() as f64;
    // A letter of Chinese, Japanese or Korean says as much as two or three of an alphabet.
    let dense = sentence
        .chars()
        .filter(|c| ('\u{2e80}'..='\u{d7ff}').contains(c))
        .count() as f64;
    ((letters + 2.0 * dense) / VOTE).min(2.0)
}

/// One step of staying, or switching at a price.
fn transit(scores: &[f64], price: f64) -> Vec<f64> {
    let all = log_sum(scores) - price;
    let add = |s: f64| {
        let apart = (s - all).abs();
        let more = if apart < NOTHING {
            (-apart).exp().ln_1p()
        } else {
            0.0
        };
        s.max(all) + more
    };
    scores.iter().map(|&s| add(s)).collect()
}

/// Nats from which one of two numbers adds nothing to the other.
const NOTHING: f64 = 40.0;

fn log_sum(values: &[f64]) -> f64 {
    let top = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shares = values
        .iter()
        .map(|v| top - v)
        .filter(|&apart| apart < NOTHING)
        .map(|apart| (-apart).exp());
    top + shares.sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

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

    /// The evidence as it is taken, and with n-grams for every sentence that is not told.
    fn both_ways(
        text: &str,
        sentences: &[Sentence],
        identifier: &Identifier,
    ) -> [Vec<Vec<f64>>; 2] {
        let long = sentences.iter().map(|s| {
            let text = &text[s.bytes.clone()];
            weigh(
                text,
                &identifier.probabilities(text),
                identifier.languages(),
            )
        });
        [evidence(text, sentences, identifier), long.collect()]
    }

    /// A foreign sentence without a sign of its own is looked at where it could stand for itself: at the cheapest places
    /// for a switch, and beside a short neighbour that would go along.
    #[test]
    fn what_could_stand_for_itself_is_looked_at() {
        let identifier = Identifier::new(&[]);
        let en = "The treaty rests on reciprocity, and that is why it has lasted for so long among those who have signed it, even when they could not agree on what it should be.";
        let es = "El tratado descansa en la reciprocidad, y por eso ha durado tanto tiempo entre quienes lo firmaron, aunque nunca pudieron ponerse de acuerdo sobre lo que debía ser.";
        let fr = "Moscou accueille demain plusieurs ministres européens étonnés.";
        for text in [
            format!("{en}\n\n{fr}\n\n{en}"),
            format!("{en} NATO.\n\n{fr}\n\n{en}"),
            format!("{es} They have been there. Gracias.\n\n{en}"),
            format!("{es} They have been there. Muchas gracias, señor presidente.\n\n{en}"),
        ] {
            let sentences = sentences(&text);
            let labels = both_ways(&text, &sentences, &identifier)
                .map(|evidence| from_evidence(&sentences, None, &identifier, &evidence))
                .map(|labels| {
                    labels
                        .iter()
                        .map(|l| l.language.to_string())
                        .collect::<Vec<_>>()
                });
            assert_eq!(labels[0], labels[1], "{text}");
        }
    }

    /// Where n-grams are not counted, they would not have changed a label.
    #[test]
    fn the_short_way_gives_the_labels_of_the_long_one() {
        let identifier = Identifier::new(&[]);
        let briefs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/briefs");
        let (mut seen, mut differ, mut asked) = (0, 0, 0);
        for folder in fs::read_dir(briefs).unwrap().map(|e| e.unwrap().path()) {
            for file in fs::read_dir(folder).into_iter().flatten() {
                let file = fs::read_to_string(file.unwrap().path()).unwrap();
                // Without the front matter.
                let text = file.splitn(3, "---\n").last().unwrap();
                let sentences = sentences(text);
                let [short, long] = both_ways(text, &sentences, &identifier);
                asked += short.iter().zip(&long).filter(|(a, b)| a == b).count();
                let [short, long] = [short, long]
                    .map(|evidence| from_evidence(&sentences, None, &identifier, &evidence));
                for (a, b) in short.iter().zip(&long) {
                    seen += 1;
                    differ += usize::from(a.language != b.language);
                }
            }
        }
        println!("{seen} sentences, {asked} with the same evidence, {differ} labels differ");
        assert!(seen > 1000 && differ == 0);
    }

    #[test]
    fn one_language_alone_is_what_everything_is_in() {
        let identifier = Identifier::new(&[Language::RU]);
        let text = "Да. Договор молчит.\n\n12 345.";
        let labels = label(text, &sentences(text), None, &identifier);
        assert!(labels.iter().all(|l| l.language == Language::RU));
        let labels = label("12 345.", &sentences("12 345."), None, &identifier);
        assert_eq!(labels, [Label::UNKNOWN]);
    }

    #[test]
    fn text_without_letters_is_undetermined() {
        assert_eq!(languages("12 345.\n\n***"), ["und", "und"]);
    }
}
