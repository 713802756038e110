"""Throughput of the encoder beside its peers: one command, one machine, the same texts, the same checkpoint, in turns.

usage: python embed.py MODEL_FOLDER [--rounds 3] [--threads 2] [--texts FILE] [--visavis PROGRAM]

MODEL_FOLDER is a sentence-transformers folder; texts one a line (default: the bench's own passages, which it writes).
PROGRAM is the bench of the encoder as cargo leaves it (target/release/deps/embed-*; default: the newest). Peers that
are not installed are left out and named: sentence-transformers (fp32, bf16), openvino (f32, bf16, and int8 where nncf
is there), onnxruntime (fp32, and int8 by dynamic quantisation, where onnx is there too).

Every peer tokenizes inside the timed region, sorts by length and pads batches of 32. Tokens are real ones, special
tokens included. A row: best and median of the rounds, the ratio of best to the fastest peer, and the cosine to
sentence-transformers fp32.
"""
import argparse, glob, json, os, statistics, subprocess, sys, tempfile, time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--texts")
parser.add_argument("--visavis")
options = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = str(options.threads)

import numpy as np

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
program = options.visavis or max(
    (p for p in glob.glob(os.path.join(root, "target/release/deps/embed-*")) if os.access(p, os.X_OK) and "." not in os.path.basename(p)),
    key=os.path.getmtime,
)
work = tempfile.mkdtemp()
texts_file = options.texts or os.path.join(work, "texts.txt")
if not options.texts:
    subprocess.run([program, options.model, "--write-texts", texts_file], check=True, stdout=subprocess.DEVNULL)
texts = open(texts_file, encoding="utf-8").read().splitlines()

from tokenizers import Tokenizer

limit = json.load(open(os.path.join(options.model, "sentence_bert_config.json")))["max_seq_length"]
tokenizer = Tokenizer.from_file(os.path.join(options.model, "tokenizer.json"))
tokenizer.no_padding()
tokenizer.enable_truncation(limit)
n_tokens = sum(len(e.ids) for e in tokenizer.encode_batch(texts))
missing = []


def visavis(precision):
    def run():
        out = os.path.join(work, f"{precision}.f32")
        command = [program, options.model, "--threads", str(options.threads), "--texts", texts_file, "--precision", precision, "--write-vectors", out]
        line = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]
        seconds = json.loads(line)["seconds"]
        return seconds, np.fromfile(out, np.float32).reshape(len(texts), -1)

    return run


def timed(encode):
    def run():
        start = time.perf_counter()
        vectors = encode()
        return time.perf_counter() - start, vectors

    return run


def pooled(forward):
    """Mean pooling over batches of a runtime that gives token vectors."""

    def encode():
        encodings = tokenizer.encode_batch(texts)
        order = sorted(range(len(texts)), key=lambda i: -len(encodings[i].ids))
        out = None
        for first in range(0, len(order), 32):
            rows = order[first : first + 32]
            ids = np.zeros((len(rows), max(len(encodings[i].ids) for i in rows)), np.int64)
            mask = np.zeros_like(ids)
            for r, i in enumerate(rows):
                n = len(encodings[i].ids)
                ids[r, :n], mask[r, :n] = encodings[i].ids, 1
            hidden = forward(ids, mask)
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
            if out is None:
                out = np.empty((len(texts), mean.shape[1]), np.float32)
            out[rows] = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return out

    return encode


runs = {}
try:
    import torch, sentence_transformers

    torch.set_num_threads(options.threads)
    for name, dtype in [("sentence-transformers fp32", torch.float32), ("sentence-transformers bf16", torch.bfloat16)]:
        model = sentence_transformers.SentenceTransformer(options.model, device="cpu", model_kwargs={"dtype": dtype}, local_files_only=True)
        runs[name] = timed(lambda m=model: m.encode(texts, batch_size=32, show_progress_bar=False, convert_to_numpy=True).astype(np.float32))
except ImportError as e:
    missing.append(f"sentence-transformers ({e})")


class Plain:
    """The encoder of a folder as a torch module of ids and mask."""

    def __new__(cls):
        import torch, transformers

        inner = transformers.AutoModel.from_pretrained(options.model, dtype=torch.float32, attn_implementation="eager", local_files_only=True).eval()

        class Module(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.inner = inner

            def forward(self, input_ids, attention_mask):
                return self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

        return Module().eval()


example = {"input_ids": np.ones((2, 8), np.int64), "attention_mask": np.ones((2, 8), np.int64)}
try:
    import openvino, torch

    with torch.no_grad():
        graph = openvino.convert_model(Plain(), example_input={k: torch.from_numpy(v) for k, v in example.items()})
    graphs = {"f32": graph, "bf16": graph}
    try:
        import nncf

        data = nncf.Dataset([example])
        graphs["int8"] = nncf.quantize(graph.clone(), data, model_type=nncf.ModelType.TRANSFORMER, subset_size=1)
    except ImportError as e:
        missing.append(f"openvino int8 ({e})")
    for name, graph in graphs.items():
        hint = "bf16" if name == "bf16" else "f32"
        settings = {"INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": options.threads, "PERFORMANCE_HINT": "LATENCY"}
        request = openvino.Core().compile_model(graph, "CPU", settings).create_infer_request()
        forward = lambda ids, mask, r=request: next(iter(r.infer({"input_ids": ids, "attention_mask": mask}).values()))
        runs[f"openvino {name}"] = timed(pooled(forward))
except Exception as e:
    missing.append(f"openvino ({e})")
try:
    import onnx, onnxruntime, torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    exported, quantised = os.path.join(work, "model.onnx"), os.path.join(work, "int8.onnx")
    axes = {0: "texts", 1: "tokens"}
    torch.onnx.export(Plain(), tuple(torch.from_numpy(v) for v in example.values()), exported, input_names=list(example), output_names=["hidden"], dynamic_axes={k: axes for k in [*example, "hidden"]}, dynamo=False)
    quantize_dynamic(exported, quantised, weight_type=QuantType.QInt8, per_channel=True)
    for name, path in [("fp32", exported), ("int8", quantised)]:
        session_options = onnxruntime.SessionOptions()
        session_options.intra_op_num_threads, session_options.inter_op_num_threads = options.threads, 1
        session = onnxruntime.InferenceSession(path, session_options, providers=["CPUExecutionProvider"])
        runs[f"onnxruntime {name}"] = timed(pooled(lambda ids, mask, s=session: s.run(None, {"input_ids": ids, "attention_mask": mask})[0]))
except ImportError as e:
    missing.append(f"onnxruntime ({e})")
runs["visavis f32"], runs["visavis int8"] = visavis("f32"), visavis("int8")

seconds, vectors = {name: [] for name in runs}, {}
for round in range(options.rounds + 1):
    for name, run in runs.items():
        taken, vectors[name] = run()
        if round > 0:  # the first is for warming up
            seconds[name].append(taken)
peers = [name for name in runs if not name.startswith("visavis")]
fastest = min((min(seconds[name]) for name in peers), default=float("nan"))
reference = vectors.get("sentence-transformers fp32")
print(f"{len(texts)} texts, {n_tokens} tokens, {options.threads} threads, {options.rounds} rounds; not here: {', '.join(missing) or 'none'}")
print("| what | tokens/s, best | median | times the fastest peer | cosine mean | worst |\n|---|---|---|---|---|---|")
for name in sorted(runs, key=lambda n: min(seconds[n])):
    best, median = min(seconds[name]), statistics.median(seconds[name])
    cosine = np.ones(1)
    if reference is not None:
        unit = lambda v: v / np.linalg.norm(v, axis=1, keepdims=True)
        cosine = (unit(vectors[name]) * unit(reference)).sum(1)
    print(f"| {name} | {n_tokens / best:,.0f} | {n_tokens / median:,.0f} | {fastest / best:.2f} | {cosine.mean():.5f} | {cosine.min():.5f} |")
