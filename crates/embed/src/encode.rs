//! Texts to vectors: tokenization, packs side by side, pooling, and what follows.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use visavis_records::{EncodeError, UnitVectors, VectorError};

use crate::{
    Model, Precision,
    cpu::{Pack, Workspace},
    gpu,
    model::{Encoded, Progress},
    tokens::TokenIds,
};

/// Tokens that go through the network together on one thread: enough for matrix kernels, few enough for the cache.
const PACK_TOKENS: usize = 512;

/// The same on a GPU.
const GPU_TOKENS: usize = 16_384;

/// Texts that are tokenized ahead of the encoder.
const WINDOW: usize = 2048;

/// Encodes texts in windows: while one is encoded, the next is tokenized.
pub(crate) fn encode(
    model: &Model,
    texts: &[&str],
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Encoded, EncodeError> {
    let mut windows = texts.chunks(WINDOW).enumerate();
    let mut next = windows
        .next()
        .map(|(i, window)| tokenize(model, window, i * WINDOW));
    let mut data = Vec::with_capacity(texts.len() * model.info.dim);
    let (mut n_tokens, mut truncated) = (Vec::with_capacity(texts.len()), Vec::new());
    let done = Done {
        texts: AtomicUsize::new(0),
        tokens: AtomicUsize::new(0),
        progress,
    };
    while let Some(window) = next {
        let window = window?;
        let first = n_tokens.len();
        for (row, text) in window.iter().enumerate() {
            n_tokens.push(text.whole as u32);
            if text.whole > text.ids.len() {
                truncated.push((first + row) as u32);
            }
        }
        let after = windows.next();
        let (vectors, tokens) = rayon::join(
            || match &model.gpu {
                Some(gpu) => encode_on_gpu(model, gpu, &window, first, &done),
                None => encode_window(model, &window, first, &done),
            },
            || after.map(|(i, window)| tokenize(model, window, i * WINDOW)),
        );
        data.extend(vectors?);
        next = tokens;
    }
    let vectors = UnitVectors::new(data, model.info.dim).map_err(|e| match e {
        VectorError::Zero { row } => failure(row, "its vector is zero and has no direction"),
        VectorError::NotFinite { row } => failure(row, "its vector is not finite"),
        VectorError::Shape { .. } => EncodeError {
            row: None,
            message: e.to_string(),
        },
    })?;
    Ok(Encoded {
        vectors,
        n_tokens,
        truncated,
    })
}

struct Done<'a> {
    texts: AtomicUsize,
    tokens: AtomicUsize,
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl Done<'_> {
    fn add(&self, texts: usize, tokens: usize) {
        let texts = self.texts.fetch_add(texts, Ordering::Relaxed) + texts;
        let tokens = self.tokens.fetch_add(tokens, Ordering::Relaxed) + tokens;
        (self.progress)(Progress { texts, tokens });
    }
}

fn failure(row: usize, why: &str) -> EncodeError {
    EncodeError {
        row: Some(row),
        message: format!("text {row} cannot be encoded: {why}"),
    }
}

fn tokenize(model: &Model, texts: &[&str], first: usize) -> Result<Vec<TokenIds>, EncodeError> {
    let tokens: Vec<_> = texts
        .par_iter()
        .map(|text| model.tokens.encode(text))
        .collect();
    let check = |(row, tokens): (usize, Result<TokenIds, String>)| match tokens {
        Ok(t) if t.ids.is_empty() => Err(failure(first + row, "it has no tokens")),
        Ok(t) => Ok(t),
        Err(message) => Err(failure(first + row, &message)),
    };
    tokens.into_iter().enumerate().map(check).collect()
}

/// Encodes a window: packs of consecutive texts, side by side. The first failing text in order is the one reported.
fn encode_window(
    model: &Model,
    texts: &[TokenIds],
    first: usize,
    done: &Done<'_>,
) -> Result<Vec<f32>, EncodeError> {
    let mut packs: Vec<(usize, Pack)> = Vec::new();
    for (row, text) in texts.iter().enumerate() {
        match packs.last_mut() {
            Some((_, pack)) if pack.ids.len() + text.ids.len() <= PACK_TOKENS => {
                pack.push(&text.ids);
            }
            _ => packs.push((
                row,
                Pack {
                    ids: text.ids.clone(),
                    lengths: vec![text.ids.len()],
                },
            )),
        }
    }
    let encode = |workspace: &mut Workspace, (row, pack): &(usize, Pack)| {
        let vectors = encode_pack(model, pack, first + row, workspace);
        done.add(pack.lengths.len(), pack.ids.len());
        vectors
    };
    let vectors: Vec<_> = packs
        .par_iter()
        .map_init(Workspace::default, encode)
        .collect();
    vectors.into_iter().try_fold(
        Vec::with_capacity(texts.len() * model.info.dim),
        |mut all, pack| {
            all.extend(pack?);
            Ok(all)
        },
    )
}

fn encode_pack(
    model: &Model,
    pack: &Pack,
    first: usize,
    workspace: &mut Workspace,
) -> Result<Vec<f32>, EncodeError> {
    let (network, recipe) = (&model.network, &model.recipe);
    network.run(pack, workspace).map_err(|e| EncodeError {
        row: None,
        message: e.to_string(),
    })?;
    let width = network.width;
    let mut hidden = &workspace.hidden[..pack.ids.len() * width];
    let mut vectors = Vec::with_capacity(pack.lengths.len() * model.info.dim);
    for (row, &length) in pack.lengths.iter().enumerate() {
        let (text, rest) = hidden.split_at(length * width);
        hidden = rest;
        let mut vector = vec![0.0; recipe.pooling.width(width)];
        recipe
            .pooling
            .pool(text, width, model.prompt_tokens, &mut vector);
        vectors.extend(finish(model, vector, first + row)?);
    }
    Ok(vectors)
}

/// Encodes a window: texts by length, a batch at a time. The first failing text in order is the one reported.
fn encode_on_gpu(
    model: &Model,
    gpu: &gpu::Network,
    texts: &[TokenIds],
    first: usize,
    done: &Done<'_>,
) -> Result<Vec<f32>, EncodeError> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_key(|&row| texts[row].ids.len());
    let mut pooled = vec![Vec::new(); texts.len()];
    while !order.is_empty() {
        let mut tokens = 0;
        let fits = order.iter().take_while(|&&row| {
            tokens += texts[row].ids.len();
            tokens <= GPU_TOKENS
        });
        let n = fits.count().max(1);
        let batch: Vec<usize> = order.drain(..n).collect();
        let ids: Vec<&[u32]> = batch.iter().map(|&row| &texts[row].ids[..]).collect();
        let vectors = gpu
            .encode(&ids, &model.recipe.pooling, model.prompt_tokens)
            .map_err(|e| EncodeError {
                row: None,
                message: format!("{}: {e}", model.info.device),
            })?;
        done.add(n, ids.iter().map(|t| t.len()).sum());
        for (row, vector) in batch.into_iter().zip(vectors) {
            pooled[row] = vector;
        }
    }
    let mut all = Vec::with_capacity(texts.len() * model.info.dim);
    for (row, vector) in pooled.into_iter().enumerate() {
        all.extend(finish(model, vector, first + row)?);
    }
    Ok(all)
}

/// What follows pooling.
fn finish(model: &Model, pooled: Vec<f32>, row: usize) -> Result<Vec<f32>, EncodeError> {
    let stages = model.recipe.stages.iter();
    let mut vector = stages.fold(pooled, |v, stage| stage.apply(v));
    if !vector.iter().all(|x| x.is_finite()) {
        let why = if model.precision == Precision::F16 {
            "its activations are not finite; f16 may be too narrow for this model, try --precision bf16"
        } else {
            "its activations are not finite (NaN or infinity); the weights may be damaged"
        };
        return Err(failure(row, why));
    }
    vector.truncate(model.info.dim);
    Ok(vector)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Device, LoadOptions, ModelFolder};

    /// The engine for GPUs gives what the CPU's engine gives: on candle's CPU, and on a GPU where there is one.
    #[test]
    fn both_engines_agree() {
        let texts: Vec<String> = (0..40)
            .map(|n| "Инспекторы left in March, и ничего не проверяли. ".repeat(1 + n * 7 % 11))
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let golden = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/golden");
        let mut roots = vec![golden];
        roots.extend(std::env::var_os("VISAVIS_GOLDEN_DIR").map(Into::into));
        let folders = roots.iter().flat_map(|r| std::fs::read_dir(r).unwrap());
        let mut seen = 0;
        for path in folders.map(|e| e.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if !name.starts_with("tiny") || !path.join("config.json").exists() {
                continue;
            }
            let folder = ModelFolder {
                path,
                id: name,
                revision: None,
            };
            let vectors = |place, precision| {
                let options = LoadOptions {
                    precision,
                    ..LoadOptions::default()
                };
                let model = Model::load_on(&folder, &options, Device::Cpu, place).unwrap();
                model.encode_with(&texts, &|_| ()).unwrap().vectors
            };
            let expected = vectors(None, Precision::F32);
            let mut places = vec![candle_core::Device::Cpu];
            places.extend(candle_core::Device::new_cuda(0));
            places.extend(candle_core::Device::new_metal(0));
            for place in places {
                for (precision, tolerance) in [
                    (Precision::F32, 1e-5),
                    (Precision::F16, 1e-2),
                    (Precision::Bf16, 5e-2),
                ] {
                    let found = vectors(Some(place.clone()), precision);
                    let pairs = found.as_slice().iter().zip(expected.as_slice());
                    let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(
                        worst < tolerance,
                        "{} {precision} on {:?}: {worst}",
                        folder.id,
                        place.location()
                    );
                }
            }
            seen += 1;
        }
        assert!(seen >= 4);
    }
}
