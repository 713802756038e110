//! The GPU engine: the network of [`crate::cpu`] on candle's tensors, in 16 or 32 bits.
//!
//! Linear layers, norms and activations see the tokens of a batch one after the other without padding. Attention and
//! pooling see texts of like length side by side ([`Group`]), padded to the longest of them. On the same device and
//! for the same batches the vectors are the same; other company may change their last digits.

mod batch;

use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{ops, rotary_emb};

use crate::{
    cpu::{self, Activation, DistanceBias, Reach, Rope},
    pooling::{Pooling, PoolingMode},
};
use batch::{Batch, Group};

/// An encoder on a device.
pub(crate) struct Network {
    place: Place,
    width: usize,
    /// vocabulary × width.
    words: Tensor,
    scale: f64,
    /// positions × width.
    positions: Option<Tensor>,
    /// See [`cpu::Positions`].
    padding: Option<usize>,
    norm: Option<Norm>,
    blocks: Vec<Block>,
    final_norm: Option<Norm>,
}

/// Where tensors are, and of what type.
#[derive(Debug, Clone)]
struct Place {
    device: Device,
    dtype: DType,
}

struct Linear {
    /// outputs × inputs.
    weights: Tensor,
    bias: Tensor,
}

struct Norm {
    centred: bool,
    scale: Tensor,
    shift: Tensor,
    epsilon: f32,
}

struct SubLayer {
    before: Option<Norm>,
    after: Option<Norm>,
    sum: Option<Norm>,
}

struct Attention {
    heads: usize,
    kv_heads: usize,
    head_width: usize,
    scale: f64,
    reach: Reach,
    /// Cosines and sines, positions × half a head's width.
    rope: Option<(Tensor, Tensor)>,
    head_norms: Option<(Norm, Norm)>,
    distance_bias: Option<Arc<DistanceBias>>,
}

struct Block {
    attention_norms: SubLayer,
    qkv: Linear,
    attention: Attention,
    out: Linear,
    feed_forward_norms: SubLayer,
    up: Linear,
    activation: Activation,
    gated: bool,
    down: Linear,
}

impl Network {
    /// Takes the weights out of a network that was built plain, and puts them on a device.
    pub fn new(network: &mut cpu::Network, device: Device, dtype: DType) -> Result<Self> {
        let place = Place { device, dtype };
        let width = network.width;
        let table = &network.embedding.words;
        let words = table.read_all().map_err(candle_core::Error::wrap)?;
        let positions = network.embedding.positions.as_ref();
        let mut ropes = Vec::new();
        let blocks = network.blocks.iter_mut();
        Ok(Self {
            words: place.put(words, &[table.rows(), width])?,
            scale: f64::from(network.embedding.scale),
            padding: positions.and_then(|p| p.padding),
            positions: positions
                .map(|p| place.put(p.table.clone(), &[p.table.len() / width, width]))
                .transpose()?,
            norm: place.norm(network.embedding.norm.as_ref())?,
            blocks: blocks
                .map(|b| place.block(b, &mut ropes))
                .collect::<Result<_>>()?,
            final_norm: place.norm(network.final_norm.as_ref())?,
            width,
            place,
        })
    }

    /// Values on the device, in its arithmetic.
    pub fn put(&self, values: Vec<f32>, shape: &[usize]) -> Result<Tensor> {
        self.place.put(values, shape)
    }

    /// Pooled vectors of texts, given as ids with those of like length next to each other; `skip` tokens of a prompt
    /// do not count.
    pub fn encode(
        &self,
        texts: &[&[u32]],
        pooling: &Pooling,
        skip: usize,
    ) -> Result<Vec<Vec<f32>>> {
        let batch = Batch::new(texts, self.padding, &self.place)?;
        let mut hidden = (self.words.index_select(&batch.ids, 0)? * self.scale)?;
        if let Some(positions) = &self.positions {
            hidden = (hidden + positions.index_select(&batch.positions, 0)?)?;
        }
        if let Some(norm) = &self.norm {
            hidden = norm.apply(&hidden)?;
        }
        let mut masks = Masks::default();
        for block in &self.blocks {
            hidden = block.apply(&hidden, &batch, &mut masks, &self.place)?;
        }
        if let Some(norm) = &self.final_norm {
            hidden = norm.apply(&hidden)?;
        }
        let mut pooled = Vec::with_capacity(texts.len());
        for group in &batch.groups {
            pooled.extend(self.pool(&hidden, group, pooling, skip)?);
        }
        Ok(pooled)
    }

    /// The pooled vectors of a group's texts.
    fn pool(
        &self,
        hidden: &Tensor,
        group: &Group,
        pooling: &Pooling,
        skip: usize,
    ) -> Result<Vec<Vec<f32>>> {
        let (n, longest) = (group.lengths.len(), group.longest);
        let shape = (n, longest, self.width);
        let tokens = hidden.index_select(&group.gather, 0)?.reshape(shape)?;
        let tokens = tokens.to_dtype(DType::F32)?;
        let mut out = vec![Vec::new(); n];
        for &mode in &pooling.modes {
            let mut weights = vec![0.0; n * longest];
            for (row, &length) in weights.chunks_exact_mut(longest).zip(&group.lengths) {
                let counted = mode.weights(length, pooling.skipped(length, skip));
                row[..length].copy_from_slice(&counted);
            }
            let device = &self.place.device;
            let vectors = if mode == PoolingMode::Max {
                // What has no weight must not be the largest.
                let hide = weights
                    .iter()
                    .map(|&w| if w > 0.0 { 0.0 } else { f32::MIN });
                let hide = Tensor::from_vec(hide.collect(), (n, longest, 1), device)?;
                tokens.broadcast_add(&hide)?.max(1)?
            } else {
                let weights = Tensor::from_vec(weights, (n, 1, longest), device)?;
                weights.matmul(&tokens)?.squeeze(1)?
            };
            for (out, vector) in out.iter_mut().zip(vectors.to_vec2::<f32>()?) {
                out.extend(vector);
            }
        }
        Ok(out)
    }
}

impl Place {
    fn put(&self, values: Vec<f32>, shape: &[usize]) -> Result<Tensor> {
        Tensor::from_vec(values, shape, &self.device)?.to_dtype(self.dtype)
    }

    fn linear(&self, linear: &mut cpu::Linear) -> Result<Linear> {
        let (inputs, outputs) = (linear.inputs(), linear.outputs());
        Ok(Linear {
            bias: self.put(linear.bias().to_vec(), &[outputs])?,
            weights: self.put(linear.take_weights(), &[outputs, inputs])?,
        })
    }

    fn norm(&self, norm: Option<&cpu::Norm>) -> Result<Option<Norm>> {
        let put = |n: &cpu::Norm| {
            let width = n.scale.len();
            Ok(Norm {
                centred: n.centred,
                scale: self.put(n.scale.clone(), &[width])?,
                shift: self.put(n.shift.clone(), &[width])?,
                epsilon: n.epsilon,
            })
        };
        norm.map(put).transpose()
    }

    fn sub_layer(&self, norms: &cpu::SubLayer) -> Result<SubLayer> {
        Ok(SubLayer {
            before: self.norm(norms.before.as_ref())?,
            after: self.norm(norms.after.as_ref())?,
            sum: self.norm(norms.sum.as_ref())?,
        })
    }

    /// Layers share their tables: `known` are those that are there already.
    fn rope(
        &self,
        rope: &Arc<Rope>,
        known: &mut Vec<(Arc<Rope>, (Tensor, Tensor))>,
    ) -> Result<(Tensor, Tensor)> {
        if let Some((_, there)) = known.iter().find(|(r, _)| Arc::ptr_eq(r, rope)) {
            return Ok(there.clone());
        }
        let shape = [rope.cosines.len() / rope.half, rope.half];
        let tables = (
            self.put(rope.cosines.clone(), &shape)?,
            self.put(rope.sines.clone(), &shape)?,
        );
        known.push((rope.clone(), tables.clone()));
        Ok(tables)
    }

    fn block(
        &self,
        block: &mut cpu::Block,
        ropes: &mut Vec<(Arc<Rope>, (Tensor, Tensor))>,
    ) -> Result<Block> {
        let a = &block.attention;
        let head_norms = match &a.head_norms {
            Some((q, k)) => self.norm(Some(q))?.zip(self.norm(Some(k))?),
            None => None,
        };
        Ok(Block {
            attention_norms: self.sub_layer(&block.attention_norms)?,
            attention: Attention {
                heads: a.heads,
                kv_heads: a.kv_heads,
                head_width: a.head_width,
                scale: f64::from(a.scale),
                reach: a.reach,
                rope: a.rope.as_ref().map(|r| self.rope(r, ropes)).transpose()?,
                head_norms,
                distance_bias: a.distance_bias.clone(),
            },
            qkv: self.linear(&mut block.qkv)?,
            out: self.linear(&mut block.out)?,
            feed_forward_norms: self.sub_layer(&block.feed_forward_norms)?,
            up: self.linear(&mut block.feed_forward.up)?,
            activation: block.feed_forward.activation,
            gated: block.feed_forward.gated,
            down: self.linear(&mut block.feed_forward.down)?,
        })
    }
}

impl Linear {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        x.matmul(&self.weights.t()?)?.broadcast_add(&self.bias)
    }
}

impl Norm {
    fn apply(&self, x: &Tensor) -> Result<Tensor> {
        let x = x.contiguous()?;
        if self.centred {
            ops::layer_norm(&x, &self.scale, &self.shift, self.epsilon)
        } else {
            ops::rms_norm(&x, &self.scale, self.epsilon)
        }
    }
}

impl SubLayer {
    fn input(&self, hidden: &Tensor) -> Result<Tensor> {
        match &self.before {
            Some(norm) => norm.apply(hidden),
            None => Ok(hidden.clone()),
        }
    }

    fn add(&self, hidden: &Tensor, output: Tensor) -> Result<Tensor> {
        let output = match &self.after {
            Some(norm) => norm.apply(&output)?,
            None => output,
        };
        let sum = (hidden + output)?;
        match &self.sum {
            Some(norm) => norm.apply(&sum),
            None => Ok(sum),
        }
    }
}

fn activate(activation: Activation, x: &Tensor) -> Result<Tensor> {
    match activation {
        Activation::Gelu => x.gelu_erf(),
        Activation::GeluTanh => x.gelu(),
        Activation::Silu => x.silu(),
        Activation::Relu => x.relu(),
    }
}

impl Block {
    fn apply(
        &self,
        hidden: &Tensor,
        batch: &Batch,
        masks: &mut Masks,
        place: &Place,
    ) -> Result<Tensor> {
        let qkv = self.qkv.apply(&self.attention_norms.input(hidden)?)?;
        let texts: Vec<Tensor> = batch
            .groups
            .iter()
            .map(|group| self.attention.apply(&qkv, group, masks, place))
            .collect::<Result<_>>()?;
        let context = Tensor::cat(&texts, 0)?.index_select(&batch.scatter, 0)?;
        let hidden = self
            .attention_norms
            .add(hidden, self.out.apply(&context)?)?;

        let mut inner = self.up.apply(&self.feed_forward_norms.input(&hidden)?)?;
        inner = if self.gated {
            let half = inner.dim(1)? / 2;
            let gate = activate(self.activation, &inner.narrow(1, 0, half)?.contiguous()?)?;
            (gate * inner.narrow(1, half, half)?)?
        } else {
            activate(self.activation, &inner)?
        };
        self.feed_forward_norms
            .add(&hidden, self.down.apply(&inner)?)
    }
}

impl Attention {
    /// Context of a group's texts, padding included: (texts · longest) × (heads · head width).
    fn apply(
        &self,
        qkv: &Tensor,
        group: &Group,
        masks: &mut Masks,
        place: &Place,
    ) -> Result<Tensor> {
        let (n, longest) = (group.lengths.len(), group.longest);
        let heads = self.heads + 2 * self.kv_heads;
        let all =
            qkv.index_select(&group.gather, 0)?
                .reshape((n, longest, heads, self.head_width))?;
        let part = |first, count| all.narrow(2, first, count)?.transpose(1, 2)?.contiguous();
        let mut q = part(0, self.heads)?;
        let mut k = part(self.heads, self.kv_heads)?;
        let mut v = part(self.heads + self.kv_heads, self.kv_heads)?;
        if let Some((query_norm, key_norm)) = &self.head_norms {
            (q, k) = (query_norm.apply(&q)?, key_norm.apply(&k)?);
        }
        if let Some((cosines, sines)) = &self.rope {
            let (cosines, sines) = (cosines.narrow(0, 0, longest)?, sines.narrow(0, 0, longest)?);
            q = rotary_emb::rope(&q, &cosines, &sines)?;
            k = rotary_emb::rope(&k, &cosines, &sines)?;
        }
        (k, v) = (self.for_each_head(&k)?, self.for_each_head(&v)?);
        let mut scores = (q * self.scale)?.matmul(&k.t()?)?;
        scores = scores.broadcast_add(&group.mask)?;
        if let Some(mask) = masks.reach(self.reach, longest, place)? {
            scores = scores.broadcast_add(&mask)?;
        }
        if let Some(bias) = &self.distance_bias {
            scores = scores.broadcast_add(&masks.distance(bias, self.heads, longest, place)?)?;
        }
        let context = ops::softmax_last_dim(&scores)?.matmul(&v)?;
        context
            .transpose(1, 2)?
            .reshape((n * longest, self.heads * self.head_width))
    }

    /// Keys or values, repeated for the query heads that share them.
    fn for_each_head(&self, x: &Tensor) -> Result<Tensor> {
        let shared = self.heads / self.kv_heads;
        if shared == 1 {
            return Ok(x.clone());
        }
        let (n, kv_heads, tokens, width) = x.dims4()?;
        x.unsqueeze(2)?
            .expand((n, kv_heads, shared, tokens, width))?
            .reshape((n, self.heads, tokens, width))
    }
}

/// What is added to the scores of texts of one length; layers share them.
#[derive(Default)]
struct Masks {
    reach: Vec<((Reach, usize), Tensor)>,
    distance: Vec<((Arc<DistanceBias>, usize), Tensor)>,
}

impl Masks {
    /// 1 × 1 × tokens × tokens: nothing where the query sees the key, minus infinity elsewhere.
    fn reach(&mut self, reach: Reach, tokens: usize, place: &Place) -> Result<Option<Tensor>> {
        if reach == Reach::ALL {
            return Ok(None);
        }
        if let Some((_, mask)) = self.reach.iter().find(|(k, _)| *k == (reach, tokens)) {
            return Ok(Some(mask.clone()));
        }
        let sees = |i: usize, j: usize| {
            i == j || (j < i && i - j <= reach.behind) || (j > i && j - i <= reach.ahead)
        };
        let values = (0..tokens)
            .flat_map(|i| (0..tokens).map(move |j| (i, j)))
            .map(|(i, j)| if sees(i, j) { 0.0 } else { f32::NEG_INFINITY })
            .collect();
        let mask = place.put(values, &[1, 1, tokens, tokens])?;
        self.reach.push(((reach, tokens), mask.clone()));
        Ok(Some(mask))
    }

    /// 1 × heads × tokens × tokens.
    fn distance(
        &mut self,
        bias: &Arc<DistanceBias>,
        heads: usize,
        tokens: usize,
        place: &Place,
    ) -> Result<Tensor> {
        let known = |((b, t), _): &&((Arc<DistanceBias>, usize), Tensor)| {
            Arc::ptr_eq(b, bias) && *t == tokens
        };
        if let Some((_, there)) = self.distance.iter().find(known) {
            return Ok(there.clone());
        }
        let all = 2 * bias.limit - 1;
        let row = |h: usize, i: usize| {
            let from = h * all + bias.limit - 1 - i;
            &bias.values[from..from + tokens]
        };
        let values = (0..heads)
            .flat_map(|h| (0..tokens).flat_map(move |i| row(h, i)))
            .copied()
            .collect();
        let there = place.put(values, &[1, heads, tokens, tokens])?;
        self.distance.push(((bias.clone(), tokens), there.clone()));
        Ok(there)
    }
}
