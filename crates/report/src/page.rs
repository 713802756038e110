//! The page from top to bottom.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use visavis_records::rows::QualityRow;

use crate::{
    figures::{colour, map, percent},
    framing::{short, widest},
    issues::{bar, coverage, issue},
    view::View,
};

const STYLE: &str = include_str!("style.css");
const MOST_REJECTED: usize = 50;

pub fn page(view: &View<'_>) -> Markup {
    let most = widest(view);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "visavis: face to face by " (by(view)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(view))
                main {
                    (warnings(view))
                    @if view.tables.chunks.is_empty() {
                        p { "There are no passages: see what was rejected below." }
                    } @else {
                        (overview(view))
                        (maps(view))
                        section { h2 { "Issue by issue" } @for cluster in &view.issues { (issue(view, cluster, most)) } }
                    }
                    (rejected(view))
                    (how_to_read())
                    (facts(view))
                }
            }
        }
    }
}

fn by(view: &View<'_>) -> String {
    view.tables.by.join(" and ")
}

fn head(view: &View<'_>) -> Markup {
    let t = view.tables;
    let counted = t.documents.iter().filter(|d| d.counted).count();
    let languages: Vec<&str> = view
        .languages
        .iter()
        .map(visavis_records::Language::name)
        .collect();
    html! {
        header {
            h1 { "Face to face" @if !t.by.is_empty() { " by " (by(view)) } }
            p {
                (t.documents.len()) " documents"
                @if counted < t.documents.len() { " (" (counted) " counted)" }
                ", " (t.chunks.len()) " passages in " (languages.join(", "))
                @if t.chunks.is_empty() { "no language" }
                ", " (view.issues.len()) " issues."
            }
            p.groups {
                @for (i, group) in view.groups.iter().enumerate() {
                    span.key { span.dot style=(format!("background:{}", colour(i))) {} (group) }
                }
            }
        }
    }
}

/// What the reader must know first. Figures of the encoder's own vectors (`_raw`) are there to be compared with.
fn is_warning(check: &QualityRow) -> bool {
    ["leak", "many", "warn"].contains(&check.verdict.as_str()) && !check.name.ends_with("_raw")
}

fn warnings(view: &View<'_>) -> Markup {
    let warned: Vec<_> = view
        .tables
        .quality
        .iter()
        .filter(|q| is_warning(q))
        .collect();
    let rejected = view.tables.rejected.len();
    html! {
        @if !warned.is_empty() || rejected > 0 {
            section.warnings {
                h2 { "Before you read on" }
                ul {
                    @for row in warned { li { (row.message) } }
                    @if rejected > 0 { li { (rejected) " inputs were rejected; " a href="#rejected" { "the list" } " says why." } }
                }
            }
        }
    }
}

fn overview(view: &View<'_>) -> Markup {
    html! {
        section {
            h2 { "Which issues, and who writes about them" }
            div.scroll {
                table.overview {
                    thead { tr {
                        th { "issue" } th { "passages" } th { "who" }
                        @for group in &view.groups { th { (group) } }
                        th { "excess: gap over floor" }
                    } }
                    tbody {
                        @for cluster in &view.issues {
                            tr {
                                td { a href=(format!("#issue-{}", cluster.cluster)) dir="auto" { (cluster.name) } }
                                td.right { (cluster.n_chunks) }
                                td { (coverage(cluster)) }
                                @for (i, group) in view.groups.iter().enumerate() {
                                    td { @if let Some(p) = view.prevalence(cluster.cluster, group) { (bar(p.share, i)) " " (percent(p.share)) } }
                                }
                                td { (excess(view, cluster.cluster)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn excess(view: &View<'_>, cluster: i32) -> Markup {
    let rows: Vec<_> = view.framing(cluster).collect();
    let differs = rows.iter().filter(|f| f.verdict == "differs").count();
    let tested = rows.iter().filter(|f| f.verdict != "too_few").count();
    match (rows.as_slice(), tested) {
        ([], _) => html! { "–" },
        ([only], 0) => {
            html! { (short(only.excess)) @if only.excess.is_some() { " " span.small { "these texts" } } }
        }
        ([only], _) => html! {
            (short(only.excess)) " "
            @if differs > 0 { b { "differs" } } @else { span.small { "not shown" } }
        },
        (_, 0) => html! { span.small { "too few" } },
        (many, _) => html! { (differs) " of " (many.len()) " pairs differ" },
    }
}

fn maps(view: &View<'_>) -> Markup {
    html! {
        section {
            h2 { "Map of the passages" }
            p.small { "Near means alike in subject, whatever the language; directions and distances in the large mean little." }
            div.columns.maps {
                figure { figcaption { "by issue" } (map(view, "map by issue", |c| view.issue(c).and_then(|i| view.place(i)))) }
                figure { figcaption { "by language" }
                    (map(view, "map by language", |c| view.languages.binary_search(&c.language).ok()))
                    p.groups { @for (i, language) in view.languages.iter().enumerate() {
                        span.key { span.dot style=(format!("background:{}", colour(i))) {} (language.name()) }
                    } }
                }
            }
        }
    }
}

fn rejected(view: &View<'_>) -> Markup {
    let rows = view.tables.rejected;
    html! {
        @if !rows.is_empty() {
            section #rejected {
                h2 { "Rejected" }
                div.scroll { table {
                    thead { tr { th { "input" } th { "stage" } th { "reason" } th { "what it means" } } }
                    tbody { @for r in rows.iter().take(MOST_REJECTED) { tr {
                        td { (r.source) @if let Some(record) = &r.record { " #" (record) } }
                        td { (r.stage) } td { (r.reason) } td { (r.detail) }
                    } } }
                } }
                @if rows.len() > MOST_REJECTED { p.small { (rows.len() - MOST_REJECTED) " more in rejected.parquet." } }
            }
        }
    }
}

fn how_to_read() -> Markup {
    html! {
        section {
            h2 { "How to read this" }
            ul {
                li { b { "Issue" } ": passages on one subject, found by an encoder that reads all the languages; what says only “language” is taken out of its vectors first." }
                li { b { "Gap" } ": how differently two groups speak of an issue, from 0 (alike) to 1. " b { "Floor" }
                    ": the same measure for text that says the same in both languages; translation alone makes that much. "
                    b { "Excess" } ": gap minus floor; only this is about framing. All three are estimates and may come out below 0 where there is nothing: then they are called none." }
                li { b { "Interval" } ": 95 %, with whole documents as the unit. Where there are fewer than five documents a side there is none, and the figure describes these texts only." }
                li { b { "Not shown" } " is not “the same”: too little text can hide a difference." }
                li { b { "Counterparts" } " are close in subject. Closeness is not agreement: a passage and its denial are close." }
                li { "A language is not a side. Compare by the column that names your sides where the metadata has one." }
            }
        }
    }
}

fn facts(view: &View<'_>) -> Markup {
    let checks: Vec<_> = view
        .tables
        .quality
        .iter()
        .filter(|q| !is_warning(q))
        .collect();
    html! {
        section {
            h2 { "Checks and run" }
            @if !checks.is_empty() { details { summary { (checks.len()) " checks without a warning" } ul { @for q in checks { li { (q.message) } } } } }
            dl { @for (name, value) in view.tables.facts { dt { (name) } dd { (value) } } }
        }
    }
}
