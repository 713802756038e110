//! Word documents (Office Open XML): the paragraphs of the main part, title and author of its properties.
//!
//! Read are the texts of the main part; deleted text of tracked changes, field codes, footnotes, headers and footers
//! are not.

use std::io::{Cursor, Read};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use crate::{
    Limits,
    columns::Refusal,
    metadata::Metadata,
    page::{Block, Kind, Page},
};

/// A .docx file.
pub(crate) fn page(bytes: &[u8], limits: &Limits) -> Result<Page, Refusal> {
    let broken = |what: &str| {
        Refusal::new(
            "malformed",
            format!("It is no Word document: {what}."),
            None,
        )
    };
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(&e.to_string()))?;
    let mut part = |name: &str| -> Result<String, Refusal> {
        let file = zip
            .by_name(name)
            .map_err(|_| broken(&format!("it has no {name}")))?;
        let mut xml = Vec::new();
        let limit = limits.unpacked_bytes.min(
            (bytes.len() as u64)
                .saturating_mul(limits.unpacked_ratio)
                .max(1 << 20),
        );
        file.take(limit + 1)
            .read_to_end(&mut xml)
            .map_err(|e| broken(&e.to_string()))?;
        if xml.len() as u64 > limit {
            return Err(Refusal::new(
                "too_large",
                format!("Unpacked it has more than {limit} bytes."),
                None,
            ));
        }
        Ok(String::from_utf8_lossy(&xml).into_owned())
    };
    let blocks = blocks(&part("word/document.xml")?).map_err(|e| broken(&e))?;
    let metadata = part("docProps/core.xml")
        .map(|xml| properties(&xml))
        .unwrap_or_default();
    Ok(Page {
        metadata,
        removed: Vec::new(),
        blocks,
    })
}

/// The paragraphs of the main part. Entities beyond those of XML are not expanded.
fn blocks(xml: &str) -> Result<Vec<Block>, String> {
    let mut reader = Reader::from_str(xml);
    let (mut blocks, mut text, mut kind, mut inside) =
        (Vec::new(), String::new(), Kind::Paragraph, false);
    loop {
        match reader.read_event().map_err(|e| e.to_string())? {
            Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == b"pStyle" => {
                kind = style(&e).unwrap_or(kind);
            }
            Event::Empty(e) if matches!(e.local_name().as_ref(), b"tab" | b"br" | b"cr") => {
                text.push(' ');
            }
            Event::Empty(e) if e.local_name().as_ref() == b"numPr" => kind = Kind::Item,
            Event::Start(e) => match e.local_name().as_ref() {
                b"t" => inside = true,
                b"numPr" => kind = Kind::Item,
                _ => {}
            },
            Event::Text(t) if inside => text.push_str(&t.decode().map_err(|e| e.to_string())?),
            Event::GeneralRef(r) if inside => {
                let name = r.decode().map_err(|e| e.to_string())?;
                match r.resolve_char_ref() {
                    Ok(Some(c)) => text.push(c),
                    _ => text.push_str(
                        quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default(),
                    ),
                }
            }
            Event::End(e) => match e.local_name().as_ref() {
                b"t" => inside = false,
                b"p" => {
                    let group = blocks.len() as u32;
                    blocks.extend(Block::new(&text, kind).map(|block| Block { group, ..block }));
                    text.clear();
                    kind = Kind::Paragraph;
                }
                _ => {}
            },
            Event::Eof => return Ok(blocks),
            _ => {}
        }
    }
}

fn style(element: &BytesStart<'_>) -> Option<Kind> {
    let value = element
        .attributes()
        .flatten()
        .find(|a| a.key.local_name().as_ref() == b"val")?
        .value;
    let name = String::from_utf8_lossy(&value).to_lowercase();
    let level = || {
        name.strip_prefix("heading")?
            .trim()
            .parse::<u8>()
            .ok()
            .filter(|l| (1..=6).contains(l))
    };
    match name.as_str() {
        "title" => Some(Kind::Heading(1)),
        "caption" => Some(Kind::Caption),
        "listparagraph" => Some(Kind::Item),
        _ => level().map(Kind::Heading),
    }
}

/// Title, author, date and language of the document's properties.
fn properties(xml: &str) -> Metadata {
    let mut reader = Reader::from_str(xml);
    let (mut pairs, mut open) = (Vec::new(), None);
    loop {
        match reader.read_event() {
            Ok(Event::Start(e)) => {
                open = Some(String::from_utf8_lossy(e.local_name().as_ref()).into_owned());
            }
            Ok(Event::Text(t)) => {
                let known = open
                    .take()
                    .filter(|n| ["title", "creator", "created", "language"].contains(&n.as_str()));
                if let (Some(name), Ok(value)) = (known, t.decode()) {
                    pairs.push((name, value.into_owned()));
                }
            }
            Ok(Event::Eof) | Err(_) => return Metadata::from_pairs(pairs),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_styles_and_references_are_read() {
        let xml = r#"<w:document xmlns:w="w"><w:body>
            <w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Head</w:t></w:r></w:p>
            <w:p><w:r><w:t xml:space="preserve">One &amp; </w:t></w:r><w:r><w:t>two&#8212;three</w:t><w:tab/><w:t>four.</w:t></w:r>
            <w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p></w:body></w:document>"#;
        let found: Vec<_> = blocks(xml)
            .unwrap()
            .into_iter()
            .map(|b| (b.text, b.kind))
            .collect();
        assert_eq!(
            found,
            [
                ("Head".to_owned(), Kind::Heading(1)),
                ("One & two—three four.".to_owned(), Kind::Paragraph)
            ]
        );
        assert!(page(b"PK junk", &Limits::default()).is_err());
    }

    #[test]
    fn laughs_are_not_expanded() {
        let xml = r#"<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><w:document><w:p><w:t>x&b;y</w:t></w:p></w:document>"#;
        assert_eq!(blocks(xml).unwrap()[0].text, "xy");
    }
}
