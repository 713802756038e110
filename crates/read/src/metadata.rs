//! What a document says about itself: columns, front matter and meta tags under their usual names.

use std::collections::BTreeMap;

use visavis_records::{Date, Language};

use crate::{Columns, characters};

/// Names under which a text is looked for, best first.
pub(crate) const TEXT: &[&str] = &[
    "text",
    "body",
    "content",
    "full_text",
    "fulltext",
    "article_text",
    "maintext",
    "main_text",
    "article",
    "story",
    "raw_text",
    "document",
    "текст",
];

const ID: &[&str] = &[
    "id",
    "record_id",
    "doc_id",
    "document_id",
    "article_id",
    "story_id",
    "stories_id",
    "guid",
    "uuid",
    "_id",
];
const TITLE: &[&str] = &[
    "title",
    "headline",
    "og:title",
    "heading",
    "dc.title",
    "twitter:title",
    "заголовок",
];
const AUTHOR: &[&str] = &[
    "author",
    "authors",
    "byline",
    "article:author",
    "creator",
    "dc.creator",
    "citation_author",
    "автор",
];
const DATE: &[&str] = &[
    "date",
    "publish_date",
    "publication_date",
    "published",
    "published_at",
    "pub_date",
    "pubdate",
    "date_published",
    "datepublished",
    "article:published_time",
    "published_time",
    "dc.date",
    "dc.date.issued",
    "citation_publication_date",
    "dcterms.created",
    "created",
    "created_at",
    "timestamp",
    "дата",
];
const LANGUAGE: &[&str] = &[
    "language",
    "lang",
    "og:locale",
    "dc.language",
    "content-language",
    "inlanguage",
    "язык",
];
const SOURCE: &[&str] = &[
    "source",
    "media_name",
    "outlet",
    "publisher",
    "og:site_name",
    "site_name",
    "publication",
    "dc.publisher",
    "источник",
];
const URL: &[&str] = &[
    "url",
    "link",
    "canonical",
    "og:url",
    "permalink",
    "source_url",
    "article_url",
];

/// Whether a column is the record's own id.
pub(crate) fn is_id(name: &str) -> bool {
    ID.contains(&name.trim().to_lowercase().as_str())
}

/// A document's metadata.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Metadata {
    pub id: Option<String>,
    pub title: Option<String>,
    pub author: Option<String>,
    pub date: Option<Date>,
    pub language: Option<Language>,
    pub source: Option<String>,
    pub url: Option<String>,
    /// All other fields, and those above that could not be read (a date such as "spring 2019").
    pub rest: BTreeMap<String, String>,
}

impl Metadata {
    /// Sorts named values into their fields: the best name that has a value wins, what is left goes into `rest`.
    /// Values of a name that comes twice are joined by `; `.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::of_record(pairs, &Columns::default())
    }

    /// As [`Self::from_pairs`], where `columns` are named: those hold their fields, whatever others are called.
    pub fn of_record(pairs: impl IntoIterator<Item = (String, String)>, columns: &Columns) -> Self {
        let mut values = BTreeMap::<String, String>::new();
        for (name, value) in pairs {
            let (name, value) = (key(&name), characters::line(&value));
            if value.is_empty() {
                continue;
            }
            let name = if name.is_empty() {
                "column".to_owned()
            } else {
                name
            };
            values
                .entry(name)
                .and_modify(|old| {
                    if !old.split("; ").any(|v| v == value) {
                        *old = format!("{old}; {value}");
                    }
                })
                .or_insert(value);
        }
        let mut text = |column: &Option<String>, names: &[&str]| {
            take(&mut values, column.as_deref(), names, |v| {
                Some(v.to_owned())
            })
        };
        let (id, title) = (text(&columns.id, ID), text(&columns.title, TITLE));
        let (author, source) = (text(&columns.author, AUTHOR), text(&columns.source, SOURCE));
        let url = text(&columns.url, URL);
        let date = take(
            &mut values,
            columns.date.as_deref(),
            DATE,
            crate::dates::parse,
        );
        let language = take(
            &mut values,
            columns.language.as_deref(),
            LANGUAGE,
            crate::languages::parse,
        );
        Self {
            id,
            title,
            author,
            date,
            language,
            source,
            url,
            rest: values,
        }
    }

    /// Fills fields that are empty with those of `other`; the rest of both is kept, this one's first.
    pub fn or(mut self, other: Metadata) -> Self {
        self.id = self.id.or(other.id);
        self.title = self.title.or(other.title);
        self.author = self.author.or(other.author);
        self.date = self.date.or(other.date);
        self.language = self.language.or(other.language);
        self.source = self.source.or(other.source);
        self.url = self.url.or(other.url);
        for (name, value) in other.rest {
            self.rest.entry(name).or_insert(value);
        }
        self
    }
}

/// A column's name as it is looked for.
fn key(name: &str) -> String {
    let name = name.trim().to_lowercase();
    name.strip_prefix("meta_").unwrap_or(&name).to_owned()
}

/// The value of `column`, where one is named, else the first value among `names` that can be read; values that say the same under other names go with it.
fn take<T: PartialEq>(
    values: &mut BTreeMap<String, String>,
    column: Option<&str>,
    names: &[&str],
    read: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let column = column.map(key);
    let names = column.as_deref().map_or(names.to_vec(), |c| vec![c]);
    let found = names
        .iter()
        .find_map(|n| values.get(*n).and_then(|v| read(v)))?;
    for name in &names {
        if values
            .get(*name)
            .and_then(|v| read(v))
            .is_some_and(|v| v == found)
        {
            values.remove(*name);
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Metadata {
        Metadata::from_pairs(
            pairs
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned())),
        )
    }

    #[test]
    fn usual_names_find_their_fields_and_the_rest_is_kept() {
        let m = pairs(&[
            ("Publish_Date", "2018-05-24T10:00:00Z"),
            ("media_name", "Halden Institute"),
            ("lang", "ru-RU"),
            ("side", "west"),
            ("title", " A  title "),
            ("headline", "Another"),
            ("tag", "a"),
            ("tag", "b"),
            ("empty", " "),
        ]);
        assert_eq!(m.date, Date::from_ymd(2018, 5, 24));
        assert_eq!(m.language, Some(Language::RU));
        assert_eq!(
            (m.source.as_deref(), m.title.as_deref()),
            (Some("Halden Institute"), Some("A title"))
        );
        let rest: Vec<_> = m
            .rest
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(
            rest,
            [("headline", "Another"), ("side", "west"), ("tag", "a; b")]
        );
    }

    #[test]
    fn what_cannot_be_read_is_kept_as_it_stands() {
        let m = pairs(&[
            ("date", "one fine day"),
            ("published", "2019"),
            ("language", "mostly Russian"),
        ]);
        assert_eq!((m.date, m.language), (None, None));
        assert_eq!(m.rest["date"], "one fine day");
        assert_eq!(m.rest["language"], "mostly Russian");
    }
}
