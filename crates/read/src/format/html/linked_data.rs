//! What a page says of its article in JSON-LD.

use serde_json::Value;

/// The fields of the first article that JSON-LD describes (schema.org), under the names of meta tags.
pub(super) fn article(json: &str) -> Vec<(String, String)> {
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        return Vec::new();
    };
    let candidates: Vec<&Value> = match (&value, value.get("@graph")) {
        (_, Some(Value::Array(graph))) => graph.iter().collect(),
        (Value::Array(list), _) => list.iter().collect(),
        _ => vec![&value],
    };
    let Some(article) = candidates.into_iter().find(|v| v.get("headline").is_some()) else {
        return Vec::new();
    };
    let name = |v: &Value| match v {
        Value::Array(list) => {
            let names: Vec<&str> = list
                .iter()
                .filter_map(|a| a.get("name").unwrap_or(a).as_str())
                .collect();
            (!names.is_empty()).then(|| names.join("; "))
        }
        other => other
            .get("name")
            .unwrap_or(other)
            .as_str()
            .map(str::to_owned),
    };
    [
        "headline",
        "author",
        "publisher",
        "datePublished",
        "inLanguage",
    ]
    .into_iter()
    .filter_map(|field| Some((field.to_lowercase(), name(article.get(field)?)?)))
    .collect()
}
