//! Markdown, rendered by the rules of `CommonMark` and read as the page it makes.

use pulldown_cmark::{Options, Parser, html::push_html};

use crate::{format::html, front, page::Page};

/// A Markdown file with its front matter.
pub(crate) fn page(text: &str) -> Page {
    let front = front::split(text);
    let body = front.as_ref().map_or(text, |f| f.2);
    let mut rendered = String::with_capacity(body.len() * 5 / 4);
    push_html(
        &mut rendered,
        Parser::new_ext(body, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH),
    );
    let mut page = html::page(&rendered);
    if let Some((metadata, taken, _)) = front {
        page.metadata = metadata.or(page.metadata);
        page.removed.extend(crate::removed(taken, "front_matter"));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay() {
        let page = page(
            "---\ntitle: T\n---\n# Head *line*\n\nA [link](https://x.example) and\nmore, 5 < 6.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| c | d |\n",
        );
        let texts: Vec<_> = page.blocks.iter().map(|b| b.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "Head line",
                "A link and more, 5 < 6.",
                "one",
                "two",
                "a b",
                "c d"
            ]
        );
        assert_eq!(
            (page.metadata.title.as_deref(), page.blocks[1].linked),
            (Some("T"), 4)
        );
    }
}
