//! A record of named columns as a page: which column is the text.

use crate::{
    Columns, characters,
    format::{html, plain},
    metadata::{Metadata, TEXT},
    page::Page,
};

/// Why a file or record gives no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub reason: &'static str,
    pub detail: String,
    /// The record's own id, where it has one.
    pub id: Option<String>,
    /// Characters refused.
    pub ink: usize,
}

impl Refusal {
    pub fn new(reason: &'static str, detail: String, id: Option<String>) -> Self {
        Self {
            reason,
            detail,
            id,
            ink: 0,
        }
    }

    /// With the characters of the text that is refused.
    pub fn of(self, text: &str) -> Self {
        Self {
            ink: characters::ink(text),
            ..self
        }
    }
}

/// The page of a record: its text column, all others as metadata.
pub(crate) fn record(
    mut fields: Vec<(String, String)>,
    columns: &Columns,
) -> Result<Page, Refusal> {
    let at = match &columns.text {
        Some(column) => fields.iter().position(|(name, _)| name == column),
        None => TEXT.iter().find_map(|n| {
            fields
                .iter()
                .position(|(name, _)| name.trim().to_lowercase() == *n)
        }),
    };
    let Some(at) = at else {
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        let wanted = columns
            .text
            .as_ref()
            .map_or("text, body or content".to_owned(), |c| format!("`{c}`"));
        let detail = format!(
            "There is no column {wanted} among: {}. Name the column of the text.",
            names.join(", ")
        );
        let id = Metadata::of_record(fields, columns).id;
        return Err(Refusal::new("no_text", detail, id));
    };
    let (_, text) = fields.remove(at);
    let metadata = Metadata::of_record(fields, columns);
    let mut page = if is_html(&text) {
        html::page(&text)
    } else {
        plain::page(&text)
    };
    if characters::ink(&characters::line(&text)) == 0 {
        return Err(Refusal::new(
            "empty",
            "The text of the record is empty.".to_owned(),
            metadata.id,
        ));
    }
    page.metadata = metadata.or(page.metadata);
    Ok(page)
}

/// Whether a text column holds markup: closing tags or line breaks as tags.
fn is_html(text: &str) -> bool {
    [
        "</p>", "</div>", "<br>", "<br/>", "<br />", "</li>", "</html>",
    ]
    .iter()
    .any(|tag| text.contains(tag))
}
