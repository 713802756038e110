//! What one chooses about an encoder.

use std::{fmt, str::FromStr};

/// Arithmetic of the encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Precision {
    /// [`Self::Int8`] on the CPU, [`Self::Bf16`] elsewhere; [`crate::ModelInfo::precision`] says which.
    Auto,
    /// 32-bit floating point: the reference.
    F32,
    /// 8-bit integer products, with a scale for each row of activations and each channel of weights; everything else
    /// in 32-bit floating point.
    Int8,
    /// 16-bit floating point (GPU).
    F16,
    /// 16-bit floating point with 8 bits of mantissa (GPU).
    Bf16,
}

/// Where the encoder runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Device {
    /// The best there is; [`crate::ModelInfo::device`] says which.
    Auto,
    /// This machine's processor.
    Cpu,
    /// An NVIDIA GPU.
    Cuda,
    /// An Apple GPU.
    Metal,
}

/// A word that names no value of an option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is none of {known}")]
pub struct UnknownOption {
    /// The word.
    pub given: String,
    /// The words there are.
    pub known: &'static str,
}

/// How to load a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOptions {
    /// Where to run.
    pub device: Device,
    /// Arithmetic.
    pub precision: Precision,
    /// Keep only the first values of each vector (for models trained so that these stand alone); `None`: all.
    pub dim: Option<usize>,
    /// Name of one of the model's prompts, or a prompt's own words ending in a space or colon; `None`: the model's
    /// default prompt, if it has one.
    pub prompt: Option<String>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            device: Device::Auto,
            precision: Precision::Auto,
            dim: None,
            prompt: None,
        }
    }
}

impl Precision {
    /// Its word on the command line and in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::F32 => "f32",
            Self::Int8 => "int8",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
        }
    }
}

impl Device {
    /// Its word on the command line and in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Metal => "metal",
        }
    }
}

impl FromStr for Precision {
    type Err = UnknownOption;

    fn from_str(s: &str) -> Result<Self, UnknownOption> {
        let all = [Self::Auto, Self::F32, Self::Int8, Self::F16, Self::Bf16];
        let unknown = || UnknownOption {
            given: s.to_owned(),
            known: "auto, f32, int8, f16, bf16",
        };
        all.into_iter().find(|p| p.name() == s).ok_or_else(unknown)
    }
}

impl FromStr for Device {
    type Err = UnknownOption;

    fn from_str(s: &str) -> Result<Self, UnknownOption> {
        let all = [Self::Auto, Self::Cpu, Self::Cuda, Self::Metal];
        let unknown = || UnknownOption {
            given: s.to_owned(),
            known: "auto, cpu, cuda, metal",
        };
        all.into_iter().find(|d| d.name() == s).ok_or_else(unknown)
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_there_and_back() {
        for word in ["auto", "f32", "int8", "f16", "bf16"] {
            assert_eq!(word.parse::<Precision>().unwrap().to_string(), word);
        }
        for word in ["auto", "cpu", "cuda", "metal"] {
            assert_eq!(word.parse::<Device>().unwrap().to_string(), word);
        }
        assert_eq!(
            "gpu".parse::<Device>().unwrap_err().to_string(),
            "`gpu` is none of auto, cpu, cuda, metal"
        );
        assert!("INT8".parse::<Precision>().is_err());
    }
}
