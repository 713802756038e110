//! Blocks that are the furniture of a page by their own words and form.

use super::lexicon;
use crate::{
    characters,
    page::{Block, Kind},
};

/// Where a block stands: before the first paragraph of the body, in between, or behind the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Head,
    Body,
    Tail,
}

/// The reason to take a block out by itself.
///
/// Inside the body only what can hardly be anything else goes; at the head and the tail of a page, where furniture
/// stands, its words are enough.
pub(super) fn reason(block: &Block, place: Place) -> Option<&'static str> {
    let text = block.text.to_lowercase();
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '|');
    let ink = characters::ink(text);
    let (edge, sentence) = (place != Place::Body, super::is_sentence(text));
    let begins = |list: &[&str]| list.iter().any(|w| text.starts_with(w));
    let holds = |list: &[&str]| list.iter().any(|w| text.contains(w));
    if matches!(block.kind, Kind::Heading(_)) {
        return None;
    }
    if is_icon(text) {
        Some("icon")
    } else if lexicon::AD.contains(&text) {
        Some("ad")
    } else if edge && lexicon::BUTTON.contains(&text) {
        Some("menu")
    } else if place == Place::Head && ink <= 60 && is_reading_time(text) {
        Some("reading_time")
    } else if edge && ink <= 300 && holds(lexicon::UNSUBSCRIBE) {
        Some("newsletter")
    } else if ink <= 120 && is_share_row(text, edge) {
        Some("share")
    } else if ink <= 40
        && lexicon::LANGUAGE_LINK.contains(&text.trim_end_matches(['.', '»', '>', '→', ' ', ':']))
    {
        Some("language_link")
    } else if ink <= 250 && begins(lexicon::TAGS) && !(sentence && ink > 120) {
        Some("tags")
    } else if ink <= 300 && begins(lexicon::CAPTION) {
        Some("caption")
    } else if ink <= 120
        && begins(lexicon::RATING)
        && text.contains(|c: char| c.is_ascii_digit() || "★☆".contains(c))
    {
        Some("rating")
    } else if is_page_number(text) {
        Some("page_number")
    } else if ink <= 80 && !sentence && is_breadcrumb(text) && place == Place::Head {
        Some("menu")
    } else if edge && ink <= 400 && is_cookie_notice(text) {
        Some("notice")
    } else if place == Place::Tail && ink <= 600 && begins(lexicon::DISCLAIMER) {
        Some("disclaimer")
    } else if edge
        && ink <= 250
        && (begins(lexicon::FOOTER) || ink <= 160 && holds(lexicon::FOOTER))
    {
        Some("footer")
    } else if edge && ink <= 120 && begins(lexicon::NEWSLETTER) {
        Some("newsletter")
    } else if edge && ink <= 200 && (is_menu_row(text) || is_address(text)) {
        Some("footer")
    } else {
        None
    }
}

/// `icon-menu`, `fa-search`: names that icon fonts leave behind.
fn is_icon(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is = |w: &str| {
        ["icon-", "icon_", "fa-", "glyphicon-"]
            .iter()
            .any(|p| w.strip_prefix(p).is_some_and(|r| !r.is_empty()))
    };
    words.clone().next().is_some() && words.all(is)
}

/// Nothing but verbs of sharing and names of networks. Inside the body one word alone may be a heading.
pub(super) fn is_share_row(text: &str, edge: bool) -> bool {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || "/|•·,:;()[]»→".contains(c))
        .filter(|w| !w.is_empty())
        .collect();
    let share = words.iter().filter(|w| lexicon::SHARE.contains(w)).count();
    share > 0
        && (edge || share > 1 || words.len() > 1)
        && share * 3 >= words.len()
        && words
            .iter()
            .all(|w| lexicon::SHARE.contains(w) || lexicon::SHARE_FILLERS.contains(w))
}

/// `6 min read`, with a rubric before it or a day behind it at most.
fn is_reading_time(text: &str) -> bool {
    let before = lexicon::READING_TIME
        .iter()
        .find_map(|w| text.split_once(w));
    before.is_some_and(|(before, _)| before.trim_end().ends_with(|c: char| c.is_ascii_digit()))
}

/// `Home / Analytics / Articles`.
fn is_breadcrumb(text: &str) -> bool {
    [" / ", " > ", " » ", " › ", " → ", " \\ ", " :: "]
        .iter()
        .any(|mark| {
            let parts: Vec<&str> = text.split(mark).map(str::trim).collect();
            parts.len() >= 2
                && (lexicon::MENU.contains(&parts[0]) || parts.len() >= 4)
                && parts.iter().all(|p| p.split_whitespace().count() <= 6)
        })
}

/// `About | Careers | Press room`.
fn is_menu_row(text: &str) -> bool {
    let parts: Vec<&str> = text
        .split(['|', '•', '·'])
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .collect();
    parts.len() >= 3
        && parts.iter().all(|p| p.split_whitespace().count() <= 4)
        && parts.iter().any(|p| lexicon::MENU.contains(p))
}

/// A line with a telephone number, or an address of mail or the web beside a mark that divides.
fn is_address(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let telephone = [
        "tel.", "tel:", "тел.", "тел:", "phone:", "fax", "факс", "☎", "tél.",
    ]
    .iter()
    .any(|t| text.contains(t));
    telephone && digits >= 6
}

/// `– 12 –`, `Page 3 of 10`, `стр. 7`: a bare number may be a heading and stays.
fn is_page_number(text: &str) -> bool {
    const DASHES: &[char] = &['-', '–', '—', '[', ']', '•'];
    let inner = text.trim_matches(|c: char| c.is_whitespace() || DASHES.contains(&c));
    let dashed = text.starts_with(DASHES) && text.ends_with(DASHES);
    let number = |t: &str| !t.is_empty() && t.len() <= 4 && t.bytes().all(|b| b.is_ascii_digit());
    let named = || {
        let rest = [
            "page ",
            "стр. ",
            "страница ",
            "seite ",
            "p. ",
            "página ",
            "pagina ",
            "strona ",
            "strana ",
            "sayfa ",
        ]
        .iter()
        .find_map(|p| inner.strip_prefix(p))?;
        let mut words = rest
            .split([' ', '/'])
            .filter(|w| !["of", "из", "von", "de", "di", "z"].contains(w));
        Some(words.clone().count() <= 2 && words.all(number))
    };
    dashed && number(inner) || named() == Some(true)
}

fn is_cookie_notice(text: &str) -> bool {
    let cookies = ["cookie", "куки", "файлы cookie"]
        .iter()
        .any(|w| text.contains(w));
    let asks = [
        "accept",
        "we use",
        "uses cookies",
        "your experience",
        "settings",
        "consent",
        "agree",
        "использу",
        "соглас",
        "принять",
        "verwend",
        "nutzen",
        "akzept",
        "utilise",
        "accepte",
        "utiliza",
        "acept",
        "utilizz",
        "accett",
        "używa",
        "akcept",
        "použív",
        "gebruik",
        "kullan",
    ];
    // The sentence that advertisers have agreed on needs no cookie.
    let device = [
        "partners store",
        "store and/or access",
        "access information on a device",
    ];
    cookies && asks.iter().any(|w| text.contains(w)) || device.iter().any(|w| text.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, place: Place, expected: Option<&str>) {
        let block = Block::new(text, Kind::Paragraph).unwrap();
        assert_eq!(reason(&block, place), expected, "{text}");
    }

    #[test]
    fn furniture_is_known_by_its_words() {
        use Place::{Body, Head, Tail};
        for (text, place, expected) in [
            ("icon-arrow-up", Head, "icon"),
            ("Facebook  Twitter  LinkedIn  Email  Print", Head, "share"),
            (
                "Share this report: Email | Facebook | Twitter",
                Tail,
                "share",
            ),
            (
                "Home / Analytics / Articles / Russia and the West",
                Head,
                "menu",
            ),
            ("Читать на русском", Head, "language_link"),
            ("Rate this article (votes: 3, rating: 4.67)", Head, "rating"),
            ("– 12 –", Body, "page_number"),
            ("Page 3 of 10", Body, "page_number"),
            ("Tags: Russia, Europe, arms control", Tail, "tags"),
            ("Фото: зал переговоров. Архив института", Head, "caption"),
            ("© 2018 Institute. All rights reserved.", Tail, "footer"),
            (
                "Danube House, Bastion Street 14 | Tel. +43 1 555 01 40",
                Tail,
                "footer",
            ),
            (
                "About | Careers | Press room | Privacy policy | Contact",
                Tail,
                "footer",
            ),
            ("Subscribe to our newsletter", Tail, "newsletter"),
            (
                "The views expressed in this commentary are solely those of the author.",
                Tail,
                "disclaimer",
            ),
            ("We use cookies to improve your experience.", Head, "notice"),
        ] {
            check(text, place, Some(expected));
        }
    }

    #[test]
    fn prose_about_furniture_is_prose() {
        use Place::{Body, Head};
        for (text, place) in [
            ("Facebook", Body),
            (
                "The views expressed by both delegations were close to each other.",
                Body,
            ),
            (
                "Cookies are small files; we use them as an example of surveillance.",
                Body,
            ),
            ("12", Body),
            ("War / Peace", Head),
            ("Share of trade in the economy", Body),
            (
                "Copyright was the subject of the first session, and nobody enjoyed it.",
                Body,
            ),
            ("Moscow | Washington | Beijing", Body),
        ] {
            check(text, place, None);
        }
    }
}
