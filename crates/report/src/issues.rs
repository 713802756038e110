//! One issue: its terms in each language, shares, gap beside floor, and passages face to face.

use maud::{Markup, html};
use visavis_records::{
    ChunkId,
    rows::{ClusterRow, CounterpartRow, PrevalenceRow},
};

use crate::{
    figures::{colour, number, percent},
    framing::face,
    view::View,
};

const MOST_TERMS: usize = 10;
const MOST_PAIRS: usize = 3;
const MOST_UNANSWERED: usize = 2;
const MOST_REPRESENTATIVES: usize = 4;

/// The section of one issue.
pub fn issue(view: &View<'_>, cluster: &ClusterRow, most: f64) -> Markup {
    let id = cluster.cluster;
    let terms = view.terms(id);
    let pairs = view.face_to_face(id);
    html! {
        section.issue id=(format!("issue-{id}")) {
            h3 { span.number { (id) } " " span dir="auto" { (cluster.name) } " " (coverage(cluster)) }
            p.small { (cluster.n_chunks) " passages in " (cluster.n_documents) " documents" }
            @if !terms.is_empty() {
                div.columns {
                    @for (language, terms) in &terms {
                        div lang=(language.code()) {
                            h4 { (language.name()) }
                            ul.terms dir="auto" {
                                @for term in terms.iter().take(MOST_TERMS) {
                                    li { (term.term)
                                        @if let Some(pair) = term.pair_id {
                                            @if let Some(other) = pair_in_english(view, id, pair, term.language) {
                                                " " span.gloss lang="en" { (other) }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            (shares(view, id))
            @for framing in view.framing(id) { (face(framing, most)) }
            @for group in &view.groups {
                @let own = view.group_terms(id, group);
                @if !own.is_empty() {
                    p.small { b { (group) } " uses more: "
                        @for (i, term) in own.iter().take(MOST_TERMS).enumerate() {
                            @if i > 0 { ", " }
                            span lang=(term.language.code()) { (term.term) }
                        }
                    }
                }
            }
            @if pairs.is_empty() {
                h4 { "Passages that stand for it" }
                div.columns { @for chunk in cluster.representatives.iter().take(MOST_REPRESENTATIVES) { (passage(view, *chunk)) } }
            } @else {
                h4 { "Face to face" }
                @for pair in pairs.iter().take(MOST_PAIRS) { (face_to_face(view, pair)) }
            }
            (unanswered(view, id))
        }
    }
}

fn pair_in_english<'a>(
    view: &View<'a>,
    cluster: i32,
    pair: u32,
    language: visavis_records::Language,
) -> Option<&'a str> {
    let english = visavis_records::Language::EN;
    let twin = |t: &&visavis_records::rows::TermRow| {
        t.cluster == cluster
            && t.group.is_none()
            && t.pair_id == Some(pair)
            && t.language == english
    };
    (language != english)
        .then(|| view.tables.terms.iter().find(twin).map(|t| t.term.as_str()))
        .flatten()
}

/// The badge that says who writes about it.
pub fn coverage(cluster: &ClusterRow) -> Markup {
    let Some(coverage) = &cluster.coverage else {
        return html! {};
    };
    let (class, text) = match coverage.split_once(':') {
        Some(("only", group)) => ("only", format!("only {group}")),
        Some(("mostly", group)) => ("mostly", format!("mostly {group}")),
        _ if coverage == "shared" => ("shared", "shared".to_owned()),
        _ => ("few", "too few documents".to_owned()),
    };
    html! { span.badge.(class) { (text) } }
}

fn shares(view: &View<'_>, cluster: i32) -> Markup {
    let rows: Vec<(usize, &PrevalenceRow)> = view
        .groups
        .iter()
        .enumerate()
        .filter_map(|(i, g)| Some((i, view.prevalence(cluster, g)?)))
        .collect();
    if rows.is_empty() {
        return html! {};
    }
    html! {
        table.shares {
            caption { "Share of each group's text, documents weighing equally" }
            @for (i, row) in rows {
                tr {
                    th scope="row" { (row.group) }
                    td.bar { (bar(row.share, i)) }
                    td { (percent(row.share)) }
                    td.small {
                        @if let (Some(low), Some(high)) = (row.share_low, row.share_high) {
                            (percent(low)) "–" (percent(high)) ", 95 % interval"
                        } @else { "these texts only" }
                    }
                    td.small { (row.n_documents) " documents" }
                }
            }
        }
    }
}

/// A share as a bar in the colour of the n-th group.
pub fn bar(share: f64, group: usize) -> Markup {
    let width = format!(
        "width:{:.1}%;background:{}",
        share.clamp(0.0, 1.0) * 100.0,
        colour(group)
    );
    html! { span.track { span.fill style=(width) {} } }
}

fn passage(view: &View<'_>, id: ChunkId) -> Markup {
    let Some(chunk) = view.chunk.get(&id) else {
        return html! {};
    };
    let document = view.document.get(&chunk.doc_id);
    html! {
        figure.passage {
            blockquote lang=(chunk.language.code()) dir="auto" { (chunk.text) }
            figcaption {
                @if let Some(group) = &chunk.group { b { (group) } " · " }
                @if let Some(d) = document {
                    @if let Some(source) = &d.source { (source) " · " }
                    @if let Some(title) = &d.title { span dir="auto" { (title) } " · " }
                    @if let Some(date) = &d.date { (date) " · " }
                    (d.path) @if let Some(record) = &d.record { " #" (record) } " · "
                }
                (chunk.language.code())
            }
        }
    }
}

fn face_to_face(view: &View<'_>, pair: &CounterpartRow) -> Markup {
    let kind = match pair.kind.as_str() {
        "copy" => "copy: nearly the same words",
        "translation" => "translation: says the same in another language",
        _ => "counterpart: on the same matter",
    };
    html! {
        div.pair {
            p.small { (kind) " · cosine " (number(f64::from(pair.cosine))) ", margin " (number(f64::from(pair.margin))) }
            div.columns { (passage(view, pair.chunk_a)) (passage(view, pair.chunk_b)) }
        }
    }
}

fn unanswered(view: &View<'_>, issue: i32) -> Markup {
    let rows = view.unanswered(issue);
    if rows.is_empty() {
        return html! {};
    }
    html! {
        details {
            summary { (rows.len()) " passages without a counterpart in another group" }
            div.columns {
                @for row in rows.iter().take(MOST_UNANSWERED * view.groups.len()) { (passage(view, row.chunk_id)) }
            }
        }
    }
}
