"""The student before training. Writes WORK/begin.safetensors (names as in model.Student).

Its layers are three of the teacher's six, those that together are nearest to it without any training. Its table has the
teacher's rows for English tokens; every other token gets the row with which the mean over a text comes nearest to the mean
over its English (weights of frequent tokens reduced as by Arora et al. 2017), so that the teacher's layers can read it
(after Artetxe et al. 2020, arXiv 1910.11856, who keep the layers and learn the table).
"""
import os, sys, time
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from model import HIDDEN, POSITIONS, Student, from_bert
from teach import folder

LAYERS = (0, 4, 5)
SEEN = 5            # times in English text, for a token to have the teacher's row
ENGLISH_SHARE = 0.5 # of a token's occurrences, for the row to stay
EPOCHS = 2
RARE = 1e-4         # tokens more frequent than this weigh less


def wordpieces(piece, vocabulary):
    """Ids of a piece of ours in the teacher's vocabulary, the longest first; none where a part is unknown."""
    first, rest, found = piece.startswith("▁"), piece.lstrip("▁"), []
    while rest:
        for end in range(len(rest), 0, -1):
            name = rest[:end] if first else "##" + rest[:end]
            if name in vocabulary or not rest[:end].isalnum() and rest[:end] in vocabulary:
                found.append(vocabulary.get(name, vocabulary.get(rest[:end])))
                break
        else:
            return []
        first, rest = False, rest[end:]
    return found


def english_rows(tokenizer, theirs, rows):
    """Our tokens' rows as the teacher's pieces give them, [V, H], and whether they do."""
    names = theirs.get_vocab()
    table = rows.mean(0, keepdim=True).repeat(tokenizer.get_vocab_size(), 1)
    known = torch.zeros(len(table), dtype=torch.bool)
    for piece, id in tokenizer.get_vocab().items():
        pieces = [names[piece]] if piece in names and piece.startswith("[") else wordpieces(piece, names)
        if pieces:
            table[id], known[id] = rows[pieces].mean(0), True
    return table, known


def counts(ids, size):
    return torch.from_numpy(np.bincount(ids, minlength=size)).float()


def means(table, weight, ids, ends, rows):
    """Weighted means of the tokens' rows of some texts, [B, H]."""
    parts = [ids[ends[r] : ends[r + 1]].astype(np.int64) for r in rows]
    flat = torch.from_numpy(np.concatenate(parts))
    at = torch.from_numpy(np.concatenate([[0], np.cumsum([len(p) for p in parts])[:-1]]))
    w = weight[flat]
    total = F.embedding_bag(flat, table, at, mode="sum", per_sample_weights=w, sparse=table.requires_grad)
    return total / F.embedding_bag(flat, weight[:, None], at, mode="sum")


def fit(table, frozen, english, foreign, z):
    """Rows of the tokens that are not `frozen`, such that texts lie where their English does; how often each token stands
    in `english` and in `foreign` text."""
    frequency = (english + foreign) / (english + foreign).sum()
    weight = RARE / (RARE + frequency)
    centre = table[english > 0].mean(0)
    fixed = table - centre
    learned = torch.where(frozen[:, None], fixed, torch.zeros(())).requires_grad_()
    optimiser = torch.optim.SparseAdam([learned], lr=1.0)
    rng, batch = np.random.default_rng(0), 2048
    rows = rng.permutation(np.flatnonzero(~z["held"][z["of"]]))
    steps, done, start = EPOCHS * (len(rows) // batch), 0, time.time()
    for _ in range(EPOCHS):
        rng.shuffle(rows)
        for s in range(0, len(rows) - batch, batch):
            some = np.sort(rows[s : s + batch])
            with torch.no_grad():
                y = means(fixed, weight, z["en_ids"], z["en_ends"], z["of"][some])
            x = means(learned, weight, z["x_ids"], z["x_ends"], some)
            value = (x - y).square().sum(1).mean()
            optimiser.param_groups[0]["lr"] = 0.004 * (1 - done / steps)
            optimiser.zero_grad()
            value.backward()
            learned.grad = learned.grad.coalesce()
            learned.grad.values()[frozen[learned.grad.indices()[0]]] = 0
            optimiser.step()
            if done % 100 == 0:
                print(f"{done} of {steps}: {value.item() / y.square().sum(1).mean().item():.3f} of the variance left, {time.time() - start:.0f} s", flush=True)
            done += 1
    learned = learned.detach()
    # Least squares shrinks what it is unsure of; the layers were made for rows of the usual length.
    usual, length = fixed[frozen].norm(dim=1).median(), learned.norm(dim=1, keepdim=True).clamp(min=1e-6)
    longer = learned * (usual / length).clamp(1, 3)
    return centre + torch.where(frozen[:, None], fixed, longer)


def main(work):
    path, here = folder(), os.path.dirname(os.path.abspath(__file__))
    bert = load_file(f"{path}/model.safetensors")
    bert = {k: v for k, v in bert.items() if not k.startswith("pooler")}
    tokenizer, theirs = Tokenizer.from_file(os.path.join(here, "../tokenizer.json")), Tokenizer.from_file(f"{path}/tokenizer.json")
    z = np.load(f"{work}/pack.npz")
    size = tokenizer.get_vocab_size()
    table, known = english_rows(tokenizer, theirs, bert["embeddings.word_embeddings.weight"].float())
    z = {k: z[k] for k in ("en_ids", "en_ends", "x_ids", "x_ends", "of", "held")}
    english, foreign = counts(z["en_ids"], size), counts(z["x_ids"], size)
    # A pair's English is repeated for each of its translations; the share is of texts as they stand.
    frozen = known & (english >= SEEN) & (english / (english + foreign).clamp(min=1) >= ENGLISH_SHARE * english.sum() / (english.sum() + foreign.sum()))
    frozen[:5] = True  # [PAD] to [MASK]
    print(f"{int(frozen.sum())} of {size} tokens have the teacher's rows")
    bert["embeddings.word_embeddings.weight"] = fit(table, frozen, english, foreign, z)
    bert["embeddings.position_embeddings.weight"] = bert["embeddings.position_embeddings.weight"][:POSITIONS]
    for n, layer in enumerate(LAYERS):
        for k in [k for k in bert if k.startswith(f"encoder.layer.{layer}.")]:
            bert[k.replace(f".{layer}.", f".kept{n}.", 1)] = bert[k]
    bert = {k.replace(".kept", "."): v for k, v in bert.items() if ".kept" in k or not k.startswith("encoder.")}
    student = from_bert(bert, scale=1)
    save_file(student.state_dict(), f"{work}/begin.safetensors")


if __name__ == "__main__":
    main(sys.argv[1])
