//! The encoders that are known by name: `models/registry.toml`, compiled in.

use serde::Deserialize;

/// A known encoder.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownModel {
    /// Hub id.
    pub id: String,
    /// Licence, by its SPDX name where it has one.
    pub licence: String,
    /// Millions of parameters.
    pub parameters_m: f64,
    /// Values a vector.
    pub dim: u32,
    /// Most tokens a text.
    pub max_tokens: u32,
    /// Languages: a count, or the codes of all.
    pub languages: String,
    /// The `model_type` of its configuration.
    pub architecture: String,
    /// What goes before a text that is to be compared with others of its kind; empty for nothing.
    #[serde(default)]
    pub prompt: String,
    /// MTEB scores ×100 where known, by name.
    #[serde(default)]
    pub scores: std::collections::BTreeMap<String, f64>,
    /// Anything one should know.
    #[serde(default)]
    pub note: String,
}

#[derive(Deserialize)]
struct Registry {
    model: Vec<KnownModel>,
}

/// All known encoders, in the order of the file.
///
/// # Panics
/// Never: a test reads the same file.
pub fn known_models() -> Vec<KnownModel> {
    let registry: Registry = toml::from_str(include_str!("../../../models/registry.toml"))
        .expect("a test reads this file");
    registry.model
}

/// Owner of a model given without one.
pub(crate) fn owner_of(name: &str) -> String {
    let known = known_models().into_iter().find_map(|m| {
        m.id.strip_suffix(name)
            .and_then(|o| o.strip_suffix('/'))
            .map(str::to_owned)
    });
    known.unwrap_or_else(|| "sentence-transformers".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_well_formed() {
        let models = known_models();
        assert!(models.len() >= 15);
        for model in &models {
            assert!(model.id.split('/').count() == 2, "{}", model.id);
            assert!(
                crate::architecture::KNOWN
                    .split(", ")
                    .any(|k| k == model.architecture),
                "{}: {}",
                model.id,
                model.architecture
            );
        }
        let mut ids: Vec<_> = models.iter().map(|m| &m.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), models.len(), "no id twice");
        assert_eq!(owner_of("multilingual-e5-small"), "intfloat");
        assert_eq!(owner_of("something-else"), "sentence-transformers");
    }
}
