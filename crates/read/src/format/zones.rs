//! What the markup says a part of a page is: elements and the words in their classes and ids.

use scraper::node::Element;

/// Words in a class, id or role, and the reason they give to take a part out.
#[rustfmt::skip]
const WORDS: &[(&str, &[&str])] = &[
    ("notice", &["cookie", "cookies", "consent", "gdpr", "modal", "popup", "dialog", "overlay", "paywall"]),
    ("share", &["share", "shares", "sharing", "sharebar", "social", "socials", "addthis", "sharethis", "telegram", "print", "toolbar", "tools"]),
    ("menu", &["menu", "nav", "navbar", "navigation", "breadcrumb", "breadcrumbs", "pagination", "pager", "toc", "skip", "search", "language", "languages", "lang", "noprint", "editsection", "buttons"]),
    ("related", &["related", "recommended", "recommendations", "also", "readmore", "trending", "popular", "teaser", "teasers", "carousel"]),
    ("comments", &["comment", "comments", "disqus", "respond"]),
    ("newsletter", &["newsletter", "subscribe", "subscription", "signup", "donate", "donation"]),
    ("ad", &["ad", "ads", "advert", "advertisement", "adsbygoogle", "banner", "promo", "sponsor", "sponsored"]),
    ("poll", &["poll", "polls", "vote", "voting", "rating", "ratings", "stars"]),
    ("footer", &["footer", "copyright", "colophon"]),
    ("aside", &["sidebar", "rail", "rightrail", "widget", "widgets", "ticker", "weather", "currency", "rates"]),
    ("bio", &["bio", "postprofile", "userinfo", "usercard", "signature"]),
    ("hidden", &["visuallyhidden"]),
    ("caption", &["caption", "wp-caption-text", "credit"]),
    ("disclaimer", &["disclaimer"]),
];

/// Beginnings of words that are written together with others, as in `jp-relatedposts`.
#[rustfmt::skip]
const STEMS: &[(&str, &str)] = &[
    ("notice", "cookie"), ("share", "sharedaddy"), ("share", "addtoany"), ("menu", "breadcrumb"), ("menu", "navbox"),
    ("related", "related"), ("related", "recommend"), ("newsletter", "newsletter"), ("newsletter", "subscrib"), ("ad", "advert"),
];

/// Two words that mean something together only.
#[rustfmt::skip]
const PAIRS: &[(&str, [&str; 2])] = &[
    ("hidden", ["screen", "reader"]), ("hidden", ["sr", "only"]), ("hidden", ["visually", "hidden"]),
    ("bio", ["user", "info"]), ("bio", ["author", "box"]), ("bio", ["about", "author"]),
];

/// A part of a page that its markup sets apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone {
    /// The reason to take it out; none where only what stands in it may give one.
    pub reason: Option<&'static str>,
    /// Characters inside, zones inside included.
    pub ink: usize,
    /// The zone around it.
    pub parent: Option<usize>,
    /// Characters of prose inside, zones inside included.
    pub prose: usize,
}

/// The zone that an element opens, if it does.
pub(crate) fn of(element: &Element, in_article: bool) -> Option<&'static str> {
    let name = element.name();
    match name {
        "html" | "body" | "main" | "article" => return None,
        "nav" => return Some("menu"),
        "header" if !in_article => return Some("header"),
        "footer" => return Some("footer"),
        "aside" => return Some("aside"),
        "dialog" => return Some("notice"),
        "button" | "select" | "textarea" | "label" => return Some("form"),
        "figcaption" | "caption" => return Some("caption"),
        _ => {}
    }
    if element.attr("hidden").is_some() || element.attr("style").is_some_and(is_undisplayed) {
        return Some("hidden");
    }
    match element.attr("role").unwrap_or_default() {
        "navigation" | "menubar" | "menu" | "search" => return Some("menu"),
        "dialog" | "alertdialog" => return Some("notice"),
        "banner" => return Some("header"),
        "contentinfo" => return Some("footer"),
        "complementary" => return Some("aside"),
        _ => {}
    }
    let names = [element.attr("class"), element.attr("id")];
    let words: Vec<String> = names.into_iter().flatten().flat_map(words).collect();
    if words.iter().any(|w| {
        [
            "article", "content", "main", "post", "entry", "story", "text",
        ]
        .contains(&w.as_str())
    }) {
        // "article-share" is a share row; "content-with-sidebar" is not a sidebar.
        let last = words.last().map_or("", String::as_str);
        return WORDS
            .iter()
            .find(|(_, list)| list.contains(&last) && last != "menu" && last != "sidebar")
            .map(|(r, _)| *r);
    }
    let by_word = WORDS
        .iter()
        .find(|(_, list)| words.iter().any(|w| list.contains(&w.as_str())));
    let by_stem = || {
        STEMS
            .iter()
            .find(|(_, s)| words.iter().any(|w| w.starts_with(s)))
    };
    let by_pair = || PAIRS.iter().find(|(_, p)| words.windows(2).any(|w| w == p));
    by_word
        .map(|(reason, _)| *reason)
        .or_else(|| by_stem().map(|(reason, _)| *reason))
        .or_else(|| by_pair().map(|(reason, _)| *reason))
}

/// Whether an element is a box that may hold a form and its invitation, and little else.
pub(crate) fn is_box(name: &str) -> bool {
    matches!(name, "div" | "section")
}

fn is_undisplayed(style: &str) -> bool {
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    style.contains("display:none") || style.contains("visibility:hidden")
}

/// `shareBar--top related_links` as share, bar, top, related, links.
fn words(names: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in names.split(|c: char| !c.is_alphanumeric()) {
        let mut word = String::new();
        for c in part.chars() {
            if c.is_uppercase() && word.ends_with(char::is_lowercase) {
                out.push(std::mem::take(&mut word).to_lowercase());
            }
            word.push(c);
        }
        if !word.is_empty() {
            out.push(word.to_lowercase());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        assert_eq!(
            words("shareBar--top related_links"),
            ["share", "bar", "top", "related", "links"]
        );
        assert!(is_undisplayed("color:red; display : none"));
    }
}
