//! What every format is brought to before anything is judged: metadata and blocks of text in reading order.

use visavis_records::Removed;

use crate::{characters, metadata::Metadata};

/// What a block is by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A heading of level 1–6.
    Heading(u8),
    /// A paragraph, or whatever stands by itself.
    Paragraph,
    /// An item of a list.
    Item,
    /// A row of a table.
    Row,
    /// Words under a picture.
    Caption,
}

/// A paragraph, heading, list item or table row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// Clean text, never empty; line breaks within a block are `\n`.
    pub text: String,
    /// Its form.
    pub kind: Kind,
    /// Characters without white space inside links.
    pub linked: usize,
    /// What the markup around it says it is, where that is no prose: the reason to take it out.
    pub zone: Option<&'static str>,
    /// Which article of the page it stands in, from 1; 0 outside all.
    pub article: u32,
    /// Which group of lines it stands in: an empty line, or any element but a list, begins a new one.
    pub group: u32,
}

impl Block {
    /// A block of cleaned text without markup, or none where nothing is left.
    pub fn new(text: &str, kind: Kind) -> Option<Self> {
        let text = characters::lines(text);
        (!text.is_empty()).then_some(Self {
            text,
            kind,
            linked: 0,
            zone: None,
            article: 0,
            group: 0,
        })
    }

    /// Share of its characters inside links.
    pub fn link_share(&self) -> f64 {
        self.linked as f64 / characters::ink(&self.text).max(1) as f64
    }
}

/// A file or record on its way to a document.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    /// What it says about itself.
    pub metadata: Metadata,
    /// Pieces already taken out, such as front matter.
    pub removed: Vec<Removed>,
    /// Its text.
    pub blocks: Vec<Block>,
}

impl Page {
    /// Characters read, white space not counted.
    pub fn ink(&self) -> usize {
        let blocks = self
            .blocks
            .iter()
            .map(|b| characters::ink(&b.text))
            .sum::<usize>();
        blocks
            + self
                .removed
                .iter()
                .map(|r| characters::ink(&r.text))
                .sum::<usize>()
    }
}

/// Blocks as a text: paragraphs divided by an empty line, items of a list and rows of a table by a line break.
pub(crate) fn join<'a>(blocks: impl IntoIterator<Item = &'a Block>) -> String {
    let mut text = String::new();
    let mut before = None;
    for block in blocks {
        let together = matches!(block.kind, Kind::Item | Kind::Row) && before == Some(block.kind);
        if before.is_some() {
            text.push_str(if together { "\n" } else { "\n\n" });
        }
        text.push_str(&block.text);
        before = Some(block.kind);
    }
    text
}
