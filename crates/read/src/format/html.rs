//! HTML: blocks in document order by the tree that a browser would build.
//!
//! Read are the text nodes of the body; scripts, styles, templates and comments are code, the head is metadata.

mod elements;
mod linked_data;

use std::{collections::BTreeSet, ops::Range};

use scraper::{Html, Node, node::Element};

use crate::{
    characters,
    format::zones::{self, Zone},
    metadata::Metadata,
    page::{Block, Kind, Page},
    prose,
};
use elements::{is_block, kind};

/// A cell longer than this is a column of the layout, not a cell of data.
const LONG_CELL: usize = 80;

/// Most characters of a box that is there for the form in it.
const FORM: usize = 400;

/// A page.
pub(crate) fn page(text: &str) -> Page {
    let html = Html::parse_document(text);
    let mut walk = Walk::default();
    // An explicit walk: pages nest deeper than stacks.
    let mut node = html.tree.root();
    'walk: loop {
        if walk.enter(node.value())
            && let Some(child) = node.first_child()
        {
            node = child;
            continue;
        }
        loop {
            walk.leave(node.value());
            if let Some(next) = node.next_sibling() {
                node = next;
                continue 'walk;
            }
            let Some(parent) = node.parent() else {
                return walk.finish();
            };
            node = parent;
        }
    }
}

/// How deep elements are nested, at most, by their tags alone: what a parser would have to hold open. Elements that
/// the next of their kind closes are not counted.
pub(crate) fn depth(text: &str) -> usize {
    const FLAT: &[&str] = &[
        "p", "li", "td", "th", "tr", "dt", "dd", "option", "br", "hr", "img", "meta", "link",
        "input", "wbr", "area", "base", "col", "embed", "source", "track", "param",
    ];
    let (mut open, mut deepest) = (0usize, 0usize);
    for (at, _) in text.match_indices('<') {
        let rest = &text[at + 1..];
        let closing = rest.starts_with('/');
        let rest = rest.strip_prefix('/').unwrap_or(rest);
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len())
            .min(20);
        let name = rest[..end].to_ascii_lowercase();
        if name.is_empty() || FLAT.contains(&name.as_str()) {
            continue;
        }
        open = if closing {
            open.saturating_sub(1)
        } else {
            open + 1
        };
        deepest = deepest.max(open);
    }
    deepest
}

/// A run of inline text; line breaks in it are those of `<br>`.
#[derive(Debug, Default)]
struct Piece {
    text: String,
    links: Vec<Range<usize>>,
}

/// What to put back when an element ends.
#[derive(Debug, Clone, Copy)]
struct Frame {
    zone: Option<usize>,
    kind: Kind,
    article: u32,
    linked: bool,
}

#[derive(Debug)]
struct Walk {
    blocks: Vec<Block>,
    /// For each block the innermost zone it stands in.
    zone_of: Vec<Option<usize>>,
    zones: Vec<Zone>,
    /// Zones that hold a form directly.
    with_form: BTreeSet<usize>,
    open: Vec<Frame>,
    now: Frame,
    piece: Piece,
    /// Finished short cells of the open table row.
    cells: Vec<Piece>,
    n_articles: u32,
    in_title: bool,
    /// Inside a script of JSON-LD.
    in_data: bool,
    title: String,
    meta: Vec<(String, String)>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            blocks: Vec::new(),
            zone_of: Vec::new(),
            zones: Vec::new(),
            with_form: BTreeSet::new(),
            open: Vec::new(),
            now: Frame {
                zone: None,
                kind: Kind::Paragraph,
                article: 0,
                linked: false,
            },
            piece: Piece::default(),
            cells: Vec::new(),
            n_articles: 0,
            in_title: false,
            in_data: false,
            title: String::new(),
            meta: Vec::new(),
        }
    }
}

impl Walk {
    /// Comes to a node; whether to go into its children.
    fn enter(&mut self, node: &Node) -> bool {
        match node {
            Node::Text(text) if self.in_title => self.title.push_str(text),
            Node::Text(text) if self.in_data => {
                self.in_data = false;
                self.meta.extend(linked_data::article(text));
            }
            Node::Text(text) => {
                let start = self.piece.text.len();
                self.piece.text.extend(
                    text.chars()
                        .map(|c| if c == '\n' || c == '\r' { ' ' } else { c }),
                );
                if self.now.linked {
                    self.piece.links.push(start..self.piece.text.len());
                }
            }
            Node::Element(element) => return self.enter_element(element),
            _ => {}
        }
        true
    }

    fn enter_element(&mut self, element: &Element) -> bool {
        let name = element.name();
        let zone = zones::of(element, self.now.article > 0);
        if is_block(name) || zone.is_some() {
            self.flush();
        }
        self.open.push(self.now);
        match name {
            "script" if element.attr("type") == Some("application/ld+json") => self.in_data = true,
            "script" | "style" | "template" | "noscript" | "svg" | "iframe" | "object"
            | "canvas" => return false,
            "title" => self.in_title = self.title.is_empty(),
            "br" => self.piece.text.push('\n'),
            "a" => self.now.linked = true,
            "wbr" => self.piece.text.push('\u{200b}'),
            "img" | "input" => self.piece.text.push(' '),
            // The box around a form, not the form: the invitation stands beside it.
            "form" => self.with_form.extend(self.now.zone),
            "meta" => self.meta_tag(element),
            "link" if element.attr("rel") == Some("canonical") => {
                self.note("canonical", element.attr("href"));
            }
            "html" => self.note("lang", element.attr("lang")),
            "time" => {
                // Styles divide a date from what stands beside it, where the markup has no space.
                self.piece.text.push(' ');
                if !self.meta.iter().any(|(n, _)| n == "timestamp") {
                    self.note("timestamp", element.attr("datetime"));
                }
            }
            "article" if self.now.article == 0 => {
                self.n_articles += 1;
                self.now.article = self.n_articles;
            }
            _ => {}
        }
        if zone.is_some() || zones::is_box(name) {
            self.zones.push(Zone {
                reason: zone,
                ink: 0,
                parent: self.now.zone,
                prose: 0,
            });
            self.now.zone = Some(self.zones.len() - 1);
        }
        if let Some(kind) = kind(name) {
            self.now.kind = kind;
        }
        true
    }

    fn leave(&mut self, node: &Node) {
        let Node::Element(element) = node else { return };
        let name = element.name();
        if matches!(name, "td" | "th") {
            self.close_cell();
        } else if is_block(name) || self.open.last().is_some_and(|f| f.zone != self.now.zone) {
            self.flush();
        }
        match name {
            "title" => self.in_title = false,
            "time" => self.piece.text.push(' '),
            _ => {}
        }
        self.in_data = false;
        if let Some(frame) = self.open.pop() {
            self.now = frame;
        }
    }

    fn note(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.meta.push((name.to_owned(), value.to_owned()));
        }
    }

    fn meta_tag(&mut self, element: &Element) {
        let name = ["name", "property", "itemprop"]
            .into_iter()
            .find_map(|a| element.attr(a));
        let http = element
            .attr("http-equiv")
            .filter(|h| h.eq_ignore_ascii_case("content-language"));
        if let Some(name) = name.or(http) {
            self.note(name, element.attr("content"));
        }
    }

    fn close_cell(&mut self) {
        let piece = std::mem::take(&mut self.piece);
        if characters::ink(&piece.text) > LONG_CELL || piece.text.contains("\n\n") {
            self.flush();
            self.emit(&piece, self.now.kind);
        } else {
            self.cells.push(piece);
        }
    }

    /// Ends the open block, and the open table row before it.
    fn flush(&mut self) {
        if !self.cells.is_empty() {
            let mut row = Piece::default();
            for cell in std::mem::take(&mut self.cells) {
                let start = row.text.len();
                row.links
                    .extend(cell.links.iter().map(|l| l.start + start..l.end + start));
                row.text.push_str(&cell.text.replace('\n', " "));
                row.text.push(' ');
            }
            self.emit(&row, Kind::Row);
        }
        if !self.piece.text.is_empty() {
            let piece = std::mem::take(&mut self.piece);
            self.emit(&piece, self.now.kind);
        }
    }

    /// A run of inline text as blocks: two line breaks divide, one divides where no sentence goes on behind it.
    fn emit(&mut self, piece: &Piece, kind: Kind) {
        let mut start = 0;
        let text = &piece.text;
        let breaks = text
            .match_indices('\n')
            .map(|(at, _)| at)
            .chain([text.len()]);
        for at in breaks {
            let goes_on = text[at..]
                .trim_start_matches([' ', '\n'])
                .starts_with(|c: char| c.is_lowercase() || c == ',');
            if at < text.len()
                && goes_on
                && !text[at + 1..].trim_start_matches(' ').starts_with('\n')
            {
                continue;
            }
            if let Some(mut block) = Block::new(&text[start..at].replace('\n', " "), kind) {
                let within = |l: &Range<usize>| l.start.max(start)..l.end.min(at);
                let links = piece.links.iter().map(within).filter(|l| l.start < l.end);
                block.linked = links
                    .map(|l| characters::ink(&characters::line(&text[l])))
                    .sum();
                block.article = self.now.article;
                let list = self
                    .blocks
                    .last()
                    .filter(|last| last.kind == Kind::Item && kind == Kind::Item);
                block.group = list.map_or(self.blocks.len() as u32, |last| last.group);
                self.blocks.push(block);
                self.zone_of.push(self.now.zone);
            }
            start = at;
        }
    }

    fn finish(mut self) -> Page {
        self.flush();
        self.settle_zones();
        let title = characters::line(&self.title);
        let mut metadata = Metadata::from_pairs(self.meta);
        metadata.rest.retain(|name, _| is_worth_a_column(name));
        if metadata.title.is_none() {
            let heading = self
                .blocks
                .iter()
                .find(|b| b.kind == Kind::Heading(1) && b.zone.is_none());
            metadata.title = heading
                .map(|b| b.text.replace('\n', " "))
                .or((!title.is_empty()).then_some(title));
        }
        Page {
            metadata,
            removed: Vec::new(),
            blocks: self.blocks,
        }
    }

    /// Gives each block the reason of the outermost zone around it. A zone that holds most of the page's prose is no
    /// zone, whatever its name says.
    fn settle_zones(&mut self) {
        let mut total = 0;
        for (block, zone) in self.blocks.iter().zip(&self.zone_of) {
            let prose = prose::amount(block);
            total += prose;
            let mut zone = *zone;
            while let Some(z) = zone {
                self.zones[z].prose += prose;
                self.zones[z].ink += characters::ink(&block.text);
                zone = self.zones[z].parent;
            }
        }
        for &z in &self.with_form {
            let zone = &mut self.zones[z];
            if zone.ink <= FORM {
                zone.reason = zone.reason.or(Some("form"));
            }
        }
        let lone_heading = self
            .blocks
            .iter()
            .filter(|b| b.kind == Kind::Heading(1))
            .count()
            == 1;
        for (block, zone) in self.blocks.iter_mut().zip(&self.zone_of) {
            let mut zone = *zone;
            while let Some(z) = zone {
                if self.zones[z].prose * 2 <= total && self.zones[z].reason.is_some() {
                    block.zone = self.zones[z].reason;
                }
                zone = self.zones[z].parent;
            }
            if block.kind == Kind::Heading(1)
                && lone_heading
                && block.zone == Some("header")
                && block.linked == 0
            {
                block.zone = None;
            }
        }
    }
}

/// Whether a meta tag that is none of the usual fields says something about the document, not about the site's works.
fn is_worth_a_column(name: &str) -> bool {
    const WORKS: &[&str] = &[
        "viewport",
        "robots",
        "googlebot",
        "generator",
        "referrer",
        "rating",
        "handheldfriendly",
        "mobileoptimized",
        "keywords",
        "theme",
        "charset",
        "description",
        "timestamp",
        "lang",
        "canonical",
        "copyright",
        "verification",
        "yandex",
        "position",
        "name",
        "image",
        "logo",
        "width",
        "height",
        "version",
        "format",
        "type",
    ];
    !WORKS.contains(&name) && name.chars().all(|c| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expected: &[(&str, Option<&str>)]) {
        let page = page(html);
        let blocks: Vec<_> = page
            .blocks
            .iter()
            .map(|b| (b.text.as_str(), b.zone))
            .collect();
        assert_eq!(blocks, expected, "{html}");
    }

    #[test]
    fn blocks_come_in_document_order() {
        check(
            "<title>T</title><h1>Head</h1>Loose <b>bold</b> text<p>Para<br>graph<br>Line<br><br>Next</p><ul><li>a<li>b</ul>",
            &[
                ("Head", None),
                ("Loose bold text", None),
                ("Para graph", None),
                ("Line", None),
                ("Next", None),
                ("a", None),
                ("b", None),
            ],
        );
        check(
            "<script>x()</script><style>p{}</style><!-- c --><p>a<wbr>b &amp; c</p>",
            &[("ab & c", None)],
        );
    }

    #[test]
    fn tables_of_data_give_rows_and_tables_of_layout_paragraphs() {
        let prose = "A long paragraph that stands in a cell of a layout table, as pages did for many years, and ends here.";
        check(
            &format!(
                "<table><tr><td>a</td><td>b</td></tr><tr><td><a href=x>Menu</a></td><td>{prose}</td></tr></table>"
            ),
            &[("a b", None), ("Menu", None), (prose, None)],
        );
    }

    #[test]
    fn zones_are_named_unless_they_hold_the_prose() {
        let prose = "The remedy lies mostly in our hands, and it has been known for years to all who care. It is not hard.";
        check(
            &format!(
                "<nav>Home</nav><div class='share-bar'>Share</div><article><header>Kicker</header><p>{prose}</p></article><footer>End</footer>"
            ),
            &[
                ("Home", Some("menu")),
                ("Share", Some("share")),
                ("Kicker", None),
                (prose, None),
                ("End", Some("footer")),
            ],
        );
        check(
            &format!("<div class='sidebar'><p>{prose}</p></div>"),
            &[(prose, None)],
        );
    }

    #[test]
    fn depth_costs_no_stack() {
        let html = format!("{}deep", "<div>".repeat(2_000));
        assert_eq!(
            (depth(&html), depth("<div><p>a<br><p>b</div><div>")),
            (2_000, 1)
        );
        assert_eq!(page(&html).blocks[0].text, "deep");
    }

    #[test]
    fn metadata_come_from_the_head() {
        let m = page("<html lang=ru><title>Name | Site</title><meta property='og:site_name' content=Site><meta name=viewport content=x><meta name=side content=west><link rel=canonical href='https://x.example/a'><h1>Name</h1>").metadata;
        assert_eq!(
            (m.title.as_deref(), m.source.as_deref(), m.url.as_deref()),
            (Some("Name"), Some("Site"), Some("https://x.example/a"))
        );
        let data = r#"<script type="application/ld+json">{"@graph":[{"@type":"WebSite"},{"headline":"H","datePublished":"2018-07-19","author":[{"name":"A"},{"name":"B"}]}]}</script><p>x"#;
        let n = page(data).metadata;
        assert_eq!(
            (
                n.title.as_deref(),
                n.author.as_deref(),
                n.date.map(|d| d.to_string()).as_deref()
            ),
            (Some("H"), Some("A; B"), Some("2018-07-19"))
        );
        assert_eq!(m.language.map(|l| l.to_string()).as_deref(), Some("ru"));
        assert_eq!(
            m.rest.into_iter().collect::<Vec<_>>(),
            [("side".to_owned(), "west".to_owned())]
        );
    }
}
