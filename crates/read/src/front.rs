//! Front matter: the `key: value` lines between two rules at the head of a file.

use crate::metadata::Metadata;

/// The metadata at the head of a text, the lines they stood in, and what follows.
pub(crate) fn split(text: &str) -> Option<(Metadata, &str, &str)> {
    let body = text.trim_start_matches(['\u{feff}', '\n', '\r', ' ']);
    let (rule, ends, mark) = match body.lines().next()?.trim_end() {
        "---" => ("---", ["---", "..."], ':'),
        "+++" => ("+++", ["+++", "+++"], '='),
        _ => return None,
    };
    let head = &body[body.find('\n')? + 1..];
    let mut end = 0;
    let mut lines = Vec::new();
    loop {
        let line = head[end..].split_inclusive('\n').next()?;
        end += line.len();
        if ends.contains(&line.trim_end()) {
            break;
        }
        lines.push(line.trim_end());
    }
    let pairs = pairs(&lines, mark)?;
    debug_assert!(body.starts_with(rule));
    let split = body.len() - head.len() + end;
    Some((Metadata::from_pairs(pairs), &body[..split], &body[split..]))
}

/// `None` where a line is neither a field nor part of one: then the rules are rules and no front matter.
fn pairs(lines: &[&str], mark: char) -> Option<Vec<(String, String)>> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for line in lines {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        if let Some(item) = trimmed.strip_prefix("- ") {
            let (_, value) = pairs.last_mut()?;
            *value = if value.is_empty() {
                unquote(item)
            } else {
                format!("{value}; {}", unquote(item))
            };
        } else if line.starts_with([' ', '\t']) {
            let (_, value) = pairs.last_mut()?;
            let more = if ["|", ">", "|-", ">-"].contains(&value.as_str()) {
                String::new()
            } else {
                value.clone()
            };
            *value = [more, unquote(trimmed)].join(" ");
        } else {
            let (name, value) = line.split_once(mark)?;
            if name.trim().is_empty() || name.trim().contains(' ') && mark == ':' && name.len() > 40
            {
                return None;
            }
            pairs.push((name.trim().to_owned(), unquote(value)));
        }
    }
    (!pairs.is_empty()).then_some(pairs)
}

fn unquote(value: &str) -> String {
    let value = value.trim();
    let inner =
        |open: char, close: char| value.strip_prefix(open).and_then(|v| v.strip_suffix(close));
    if let Some(v) = inner('"', '"') {
        v.replace("\\\"", "\"").replace("\\\\", "\\")
    } else if let Some(v) = inner('\'', '\'') {
        v.replace("''", "'")
    } else if let Some(list) = inner('[', ']') {
        list.split(',').map(unquote).collect::<Vec<_>>().join("; ")
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lists_and_folded_lines_are_read() {
        let text = "---\ntitle: \"A: b\"\nauthor: [Ann, 'Bo']\ntags:\n  - x\n  - y\nabout: >\n  one\n  two\n# no\n---\n\nText.";
        let (m, taken, rest) = split(text).unwrap();
        assert_eq!(
            (m.title.as_deref(), m.author.as_deref()),
            (Some("A: b"), Some("Ann; Bo"))
        );
        assert_eq!(
            (m.rest["tags"].as_str(), m.rest["about"].as_str()),
            ("x; y", "one two")
        );
        assert_eq!((format!("{taken}{rest}").as_str(), rest), (text, "\nText."));
        assert_eq!(
            split("+++\ntitle = \"T\"\n+++\nx")
                .unwrap()
                .0
                .title
                .as_deref(),
            Some("T")
        );
    }

    #[test]
    fn a_rule_is_not_front_matter() {
        for text in [
            "---\nA paragraph without a colon.\n---\nx",
            "---\ntitle: open",
            "x\n---\ntitle: y\n---\n",
            "---\n---\nx",
            "",
        ] {
            assert!(split(text).is_none(), "{text}");
        }
    }
}
