"""The student: a BERT-kind encoder, mean pooling, one dense layer. Shapes: B texts, L tokens, H = 384, D = 256."""
import os

import torch
import torch.nn as nn
import torch.nn.functional as F

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")  # of the encoder
HIDDEN, HEADS, INNER, OUT, POSITIONS, PAD = 384, 12, 1536, 256, 256, 0
# The layer norm after the embeddings makes their common scale free: a checkpoint has them so many times as large, where
# eight bits (e4m3: three of mantissa, four of exponent) hold nearly every value to 6 % or better.
SCALE = 16
# Whether values are rounded as where the encoder is used: the table as it is stored, linear layers as 8-bit integers.
ROUNDED = False


class Layer(nn.Module):
    """One post-norm transformer layer, [B, L, H] -> [B, L, H]."""

    def __init__(self):
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.ln1, self.ln2 = nn.LayerNorm(HIDDEN, eps=1e-12), nn.LayerNorm(HIDDEN, eps=1e-12)
        self.i, self.f = nn.Linear(HIDDEN, INNER), nn.Linear(INNER, HIDDEN)
        for linear, std in ((self.q, 0.02), (self.k, 0.02), (self.v, 0.02), (self.i, 0.02), (self.o, 0.002), (self.f, 0.002)):
            nn.init.normal_(linear.weight, std=std)
            nn.init.zeros_(linear.bias)

    def forward(self, x, mask):
        B, L, H = x.shape
        q, k, v = linear(x, self.q, self.k, self.v).view(B, L, 3, HEADS, H // HEADS).permute(2, 0, 3, 1, 4).contiguous()
        if x.is_cuda:
            a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None])
        else:  # written out: the fused kernel's backward pass is several times slower on a processor
            scores = torch.baddbmm(mask.repeat_interleave(HEADS, 0), q.flatten(0, 1), k.flatten(0, 1).transpose(1, 2), alpha=(H // HEADS) ** -0.5)
            a = (scores.softmax(-1) @ v.flatten(0, 1)).view(B, HEADS, L, H // HEADS)
        x = norm(x + linear(a.transpose(1, 2).reshape(B, L, H), self.o), self.ln1)
        return norm(x + linear(F.gelu(linear(x, self.i)), self.f), self.ln2)


def linear(x, *parts):
    """x through linear layers side by side, in the precision of x; rounded to eight bits if `ROUNDED`."""
    weight, bias = (torch.cat([getattr(p, name) for p in parts]).to(x.dtype) for name in ("weight", "bias"))
    if ROUNDED:
        x, weight = eight_bits(x), eight_bits(weight, symmetric=True)
    return F.linear(x, weight, bias)


def straight(x, rounded):
    """`rounded`, with the gradient of x (Bengio et al. 2013, arXiv 1308.3432)."""
    return x + (rounded - x).detach()


def eight_bits(x, symmetric=False):
    """x [..., N] about as the engine rounds it for products of integers, each row over its own range: here in x's precision."""
    with torch.no_grad():
        if symmetric:
            step = x.abs().amax(-1, keepdim=True).clamp(min=1e-9) / 127
        else:
            step = (x.amax(-1, keepdim=True).clamp(min=0) - x.amin(-1, keepdim=True).clamp(max=0)).clamp(min=1e-9) / 255
        rounded = (x / step).round() * step
    return straight(x, rounded)


def norm(x, ln):
    return F.layer_norm(x, ln.normalized_shape, ln.weight.to(x.dtype), ln.bias.to(x.dtype), ln.eps)


class Student(nn.Module):
    """Token ids [B, L] (0 is padding) -> vectors [B, D], not yet normalised."""

    def __init__(self, vocabulary, layers):
        super().__init__()
        self.emb = nn.Embedding(vocabulary, HIDDEN, padding_idx=PAD, sparse=True)
        self.pos = nn.Embedding(POSITIONS, HIDDEN)
        self.ln = nn.LayerNorm(HIDDEN, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.dense = nn.Linear(HIDDEN, OUT)
        nn.init.normal_(self.emb.weight, std=0.05)
        nn.init.normal_(self.pos.weight, std=0.005)
        nn.init.eye_(self.dense.weight)
        nn.init.zeros_(self.dense.bias)

    @staticmethod
    def of(state):
        """The student of a state dictionary."""
        student = Student(len(state["emb.weight"]), 1 + max(int(name.split(".")[1]) for name in state if name.startswith("layers.")))
        student.load_state_dict(state)
        return student

    def forward(self, ids):
        return self.dense(self.pooled(ids))

    def pooled(self, ids):
        """Means of the last layer's tokens, [B, H]."""
        mask = ids != PAD
        bias = torch.zeros(mask.shape, dtype=torch.bfloat16, device=ids.device).masked_fill(~mask, -1e4)[:, None, :]
        x = self.emb(ids)
        if ROUNDED:
            x = straight(x, (x * SCALE).to(torch.float8_e4m3fn).to(x.dtype) / SCALE)
        x = self.ln(x + self.pos.weight[: ids.shape[1]]).bfloat16()
        for layer in self.layers:
            x = layer(x, bias)
        m = mask[..., None].float()
        return (x.float() * m).sum(1) / m.sum(1)


# Our names -> the names of a BERT checkpoint.
LAYER_NAMES = {
    "q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value", "o": "attention.output.dense",
    "ln1": "attention.output.LayerNorm", "i": "intermediate.dense", "f": "output.dense", "ln2": "output.LayerNorm",
}


def to_bert(student):
    """The student's weights under BERT's names, and the dense layer's: two dictionaries."""
    s = student.state_dict()
    bert = {
        "embeddings.word_embeddings.weight": s["emb.weight"] * SCALE,
        "embeddings.position_embeddings.weight": s["pos.weight"] * SCALE,
        "embeddings.token_type_embeddings.weight": torch.zeros(2, HIDDEN),
        "embeddings.LayerNorm.weight": s["ln.weight"],
        "embeddings.LayerNorm.bias": s["ln.bias"],
    }
    for n in range(len(student.layers)):
        for ours, theirs in LAYER_NAMES.items():
            for part in ("weight", "bias"):
                bert[f"encoder.layer.{n}.{theirs}.{part}"] = s[f"layers.{n}.{ours}.{part}"]
    return bert, {"linear.weight": s["dense.weight"], "linear.bias": s["dense.bias"]}


def from_bert(bert, scale=SCALE):
    """The student of a checkpoint; its dense layer is still to be found."""
    layers = 1 + max(int(name.split(".")[2]) for name in bert if name.startswith("encoder.layer."))
    student = Student(len(bert["embeddings.word_embeddings.weight"]), layers)
    s = student.state_dict()
    s["emb.weight"] = bert["embeddings.word_embeddings.weight"].float() / scale
    # The token type is added to every position: fold it in.
    position, kind = (bert[f"embeddings.{name}_embeddings.weight"].float() / scale for name in ("position", "token_type"))
    s["pos.weight"] = position + kind[0]
    s["ln.weight"], s["ln.bias"] = (bert[f"embeddings.LayerNorm.{p}"].float() for p in ("weight", "bias"))
    for n in range(layers):
        for ours, theirs in LAYER_NAMES.items():
            for part in ("weight", "bias"):
                s[f"layers.{n}.{ours}.{part}"] = bert[f"encoder.layer.{n}.{theirs}.{part}"].float()
    student.load_state_dict(s)
    return student
