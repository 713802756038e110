//! Hot loops: dot products that stages share, and the products and attention of encoders; seeded randomness, and
//! memory mapping.
//!
//! Every loop gives the same bytes for any number of threads: work is cut at fixed places and partial sums are added
//! in a fixed order.
//!
//! Invariants: plain slices in, plain slices out. `unsafe` lives here and nowhere else. This crate knows nothing of
//! documents, passages, languages or clusters.

#[cfg(target_arch = "x86_64")]
mod amx;
pub mod attention;
pub mod dot;
mod gelu;
pub mod int8;
pub mod mapping;
pub mod random;
pub mod single;

pub use dot::{cosine_block, dot};
pub use mapping::Mapped;
pub use random::Random;

/// Whether this processor multiplies by tiles, as [`single`] asks for.
pub fn has_tiles() -> bool {
    #[cfg(target_arch = "x86_64")]
    return amx::available();
    #[cfg(not(target_arch = "x86_64"))]
    false
}

/// Whether this processor multiplies bf16, as [`attention`] asks for; by tiles where it has them.
pub fn has_bf16() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512bf16");
    #[cfg(not(target_arch = "x86_64"))]
    false
}
