//! What is looked over before a PDF is parsed: the parser follows where the file leads.

use std::{collections::BTreeSet, io::Read};

use pdf_extract::{Dictionary, Document, Object, ObjectId};

use crate::{Limits, columns::Refusal};

/// Forms inside forms, and nodes of the page tree above a page.
const DEPTH: usize = 40;

/// Refuses a file whose compressed streams unpack to more than is allowed, by unpacking them once and keeping nothing.
pub(super) fn inflation(bytes: &[u8], limits: &Limits) -> Result<(), Refusal> {
    let by_ratio = (bytes.len() as u64)
        .saturating_mul(limits.unpacked_ratio)
        .max(1 << 20);
    let limit = limits.unpacked_bytes.min(by_ratio);
    let mut total = 0;
    let mut rest = bytes;
    while let Some(at) = find(rest, b"stream") {
        rest = &rest[at + b"stream".len()..];
        let data = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"))
            .unwrap_or(rest);
        // What is no zlib stream ends at its first bytes.
        let mut inflated = flate2::read::ZlibDecoder::new(data).take(limit - total + 1);
        let mut buffer = [0; 1 << 14];
        while let Ok(n @ 1..) = inflated.read(&mut buffer) {
            total += n as u64;
            if total > limit {
                let detail =
                    format!("Unpacked its streams have more than {limit} bytes, the limit.");
                return Err(Refusal::new("too_large", detail, None));
            }
        }
    }
    Ok(())
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|w| w == word)
}

/// Refuses forms that draw themselves, and a page tree that has no root.
pub(super) fn nesting<'a>(
    document: &Document,
    pages: impl Iterator<Item = &'a ObjectId>,
) -> Result<(), Refusal> {
    let refusal = || {
        let detail = format!(
            "Its pages or drawings are nested in each other more than {DEPTH} deep, or without end."
        );
        Err(Refusal::new("nesting", detail, None))
    };
    for page in pages {
        let mut node = document.get_dictionary(*page).ok();
        for _ in 0..DEPTH {
            node = node
                .and_then(|n| n.get(b"Parent").ok())
                .and_then(|p| dictionary(document, p));
        }
        if node.is_some() {
            return refusal();
        }
    }
    // Forms by the forms that they may draw; taken away from the leaves up, only circles and what leads to them is left.
    let forms = document.objects.iter().filter_map(|(id, object)| {
        let stream = object.as_stream().ok()?;
        (stream.dict.get(b"Subtype").and_then(Object::as_name).ok()? == b"Form")
            .then_some((*id, &stream.dict))
    });
    let mut open: Vec<(ObjectId, BTreeSet<ObjectId>)> = forms
        .map(|(id, form)| (id, drawn(document, form)))
        .collect();
    for _ in 0..DEPTH {
        let ids: BTreeSet<ObjectId> = open.iter().map(|f| f.0).collect();
        open.retain(|(_, drawn)| drawn.iter().any(|d| ids.contains(d)));
    }
    if open.is_empty() { Ok(()) } else { refusal() }
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    let (_, object) = document.dereference(object).ok()?;
    object.as_dict().ok()
}

/// What a form names among its resources.
fn drawn(document: &Document, form: &Dictionary) -> BTreeSet<ObjectId> {
    let resources = form
        .get(b"Resources")
        .ok()
        .and_then(|r| dictionary(document, r));
    let objects = resources
        .and_then(|r| r.get(b"XObject").ok())
        .and_then(|x| dictionary(document, x));
    let named = objects.into_iter().flat_map(|x| x.iter().map(|(_, o)| o));
    named.filter_map(|o| o.as_reference().ok()).collect()
}

/// Empties pictures, which the parser would take for drawings, and mends tables of characters that it would trip over.
pub(super) fn mend(document: &mut Document) {
    let tables: BTreeSet<ObjectId> = document
        .objects
        .values()
        .filter_map(|o| {
            o.as_dict()
                .ok()?
                .get(b"ToUnicode")
                .ok()?
                .as_reference()
                .ok()
        })
        .collect();
    for (id, object) in &mut document.objects {
        let Ok(stream) = object.as_stream_mut() else {
            continue;
        };
        let is = |name: &[u8]| {
            stream
                .dict
                .get(b"Subtype")
                .and_then(Object::as_name)
                .is_ok_and(|n| n == name)
        };
        if is(b"Image") {
            stream.set_plain_content(Vec::new());
        } else if tables.contains(id)
            && let Some(mended) = stream
                .get_plain_content()
                .ok()
                .and_then(|c| whole_digits(&c))
        {
            stream.set_plain_content(mended);
        }
    }
}

/// Codes such as `<1d546>`, which some writers put for a character beyond the sixteenth bit, as the two that the format
/// asks for; `None` where there are none.
fn whole_digits(table: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(table.len() + 64);
    let mut changed = false;
    let mut rest = table;
    while let Some(at) = rest.iter().position(|&b| b == b'<') {
        let digits = rest[at + 1..]
            .iter()
            .take_while(|b| b.is_ascii_hexdigit())
            .count();
        let code = &rest[at + 1..at + 1 + digits];
        let closed = rest.get(at + 1 + digits) == Some(&b'>');
        let scalar = std::str::from_utf8(code)
            .ok()
            .and_then(|c| u32::from_str_radix(c, 16).ok());
        out.extend_from_slice(&rest[..=at]);
        match scalar.and_then(char::from_u32) {
            Some(c) if closed && digits == 5 => {
                changed = true;
                let units = c
                    .encode_utf16(&mut [0; 2])
                    .iter()
                    .map(|u| format!("{u:04x}"))
                    .collect::<String>();
                out.extend_from_slice(units.as_bytes());
            }
            _ => out.extend_from_slice(code),
        }
        rest = &rest[at + 1 + digits..];
    }
    out.extend_from_slice(rest);
    changed.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_digits_become_a_pair() {
        let mended = whole_digits(b"<1582> <1d546>\n<<a>> <0041>").unwrap();
        assert_eq!(mended, b"<1582> <d835dd46>\n<<a>> <0041>");
        assert_eq!(whole_digits(b"<0003> <0061> <0020>"), None);
    }
}
