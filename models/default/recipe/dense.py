"""The dense layer of the exported encoder, from its pooled texts alone (nothing is trained): 384 -> 256.

  dense.py WORK [cpu|cuda]     writes 2_Dense of the folder above this one

With x the pooled vector of a text in any language, about the mean and of unit length, and e that of its English:
  W = E (x - e)(x - e)' / 2    what changes when only the language does
  A = U' W^-1/4                U: the 256 main directions of W^-1/4 x
Directions in which translations disagree count less. The power 1/2 would make them alike in all directions (within-class
covariance normalisation: Hatch, Kajarekar and Stolcke 2006), 0 gives principal components; README.md compares them.
"""
import os, sys
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from model import FOLDER, OUT, from_bert
from train import TOKENS, Pack

POWER = 0.25
RIDGE = 0.1       # added to W: this part of its mean variance
TEXTS = 250_000   # drawn as for training, each once


def whitened(x, e):
    """Weight [256, 384] and bias [256] from pooled texts and their English, each [N, 384]."""
    centre = (x.mean(0) + e.mean(0)) / 2
    x, e = F.normalize(x - centre, dim=1), F.normalize(e - centre, dim=1)
    within, total = ((m.T @ m / len(m)).double() for m in ((x - e) / 2**0.5, x))
    values, directions = torch.linalg.eigh(within + RIDGE * within.trace() / len(within) * torch.eye(len(within)))
    root = directions * values**-POWER @ directions.T
    main = torch.linalg.eigh(root @ total @ root)[1].flip(1)[:, :OUT]
    weight = (main.T @ root).float()
    return weight, -weight @ centre


@torch.inference_mode()
def main(work, device="cpu"):
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    student = from_bert(load_file(f"{FOLDER}/model.safetensors")).to(device).eval()
    pack = Pack(work, 1, TOKENS[device], device)
    texts = pack.translations(TEXTS).unique()
    english, own = pack.of[texts].unique(return_inverse=True)
    x, e = (pack.vectors(student.pooled, rows).cpu() for rows in (texts, pack.pairs + english))
    weight, bias = whitened(x, e[own.cpu()])
    dense = {"linear.weight": weight.half().contiguous(), "linear.bias": bias.half().contiguous()}
    save_file(dense, f"{FOLDER}/2_Dense/model.safetensors", metadata={"format": "pt"})
    print(f"from {len(texts)} texts and the {len(english)} in English that they say")


main(*sys.argv[1:])
