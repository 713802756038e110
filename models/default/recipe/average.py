"""Two encoders of one descent -> their mean (model soup: Wortsman et al. 2022, arXiv 2203.05482), f16.

  average.py OTHER     the folder above this one becomes the mean of itself and OTHER, the encoder that training began from
"""
import os, sys
from safetensors.torch import load_file, save_file

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")

for name in ("model.safetensors", "2_Dense/model.safetensors"):
    ours, other = load_file(f"{OUT}/{name}"), load_file(f"{sys.argv[1]}/{name}")
    mean = {k: ((v.float() + other[k].float()) / 2).half().contiguous() for k, v in ours.items()}
    save_file(mean, f"{OUT}/{name}", metadata={"format": "pt"})
