"""Clustering beside its peers: one command, one machine, the same planted vectors.

usage: python cluster.py [--sizes 20000,100000] [--topics 200] [--rounds 2] [--umap] [--visavis PROGRAM]

PROGRAM is the bench of clustering as cargo leaves it (target/release/deps/cluster-*; default: the newest), which plants
the vectors (unequal clusters, 15 % background, 384 dimensions) and is timed itself, in turns with the peers that are
installed: faiss (k-means, K given), EVoC, and with --umap UMAP + HDBSCAN as BERTopic sets them by default, but that the
smallest cluster is 30 up to 20,000 vectors and 100 above (as EVoC's), and 10, its default, up to 5,000. A peer is warmed
up on 3,000 vectors first.
A row: the best of the rounds in seconds, clusters, outliers among the planted, and the adjusted mutual information on
the planted passages, outliers counted as one cluster, and on all, background counted as a topic. Ours are printed as the
bench prints them: `neighbours` and `graph` together are what `visavis cluster` does by default.
"""
import argparse, glob, os, subprocess, tempfile, time

parser = argparse.ArgumentParser()
parser.add_argument("--sizes", default="20000,100000")
parser.add_argument("--topics", type=int, default=200)
parser.add_argument("--rounds", type=int, default=2)
parser.add_argument("--umap", action="store_true")
parser.add_argument("--visavis")
options = parser.parse_args()
for name in ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, str(os.cpu_count()))

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
program = options.visavis or max(
    (p for p in glob.glob(os.path.join(root, "target/release/deps/cluster-*")) if os.access(p, os.X_OK) and "." not in os.path.basename(p)),
    key=os.path.getmtime,
)


def smallest(x):
    return 10 if len(x) <= 5_000 else 30 if len(x) <= 20_000 else 100


def faiss_kmeans(x, k):
    import faiss

    kmeans = faiss.Kmeans(x.shape[1], k, niter=25, seed=1, min_points_per_centroid=1, max_points_per_centroid=10**9)
    kmeans.train(x)
    return [kmeans.index.search(x, 1)[1].ravel()]


def evoc(x, k):
    import evoc

    model = evoc.EVoC(base_min_cluster_size=smallest(x))
    chosen = model.fit_predict(x)
    return [chosen, *map(np.asarray, model.cluster_layers_)]


def umap_hdbscan(x, k):
    import hdbscan, umap

    flat = umap.UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine").fit_transform(x)
    return [hdbscan.HDBSCAN(min_cluster_size=smallest(x)).fit_predict(flat)]


peers = {"faiss k-means, K given": faiss_kmeans, "EVoC": evoc}
if options.umap:
    peers["UMAP + HDBSCAN"] = umap_hdbscan
for n in map(int, options.sizes.split(",")):
    with tempfile.TemporaryDirectory() as work:
        subprocess.run([program, str(n), "--topics", str(options.topics), "--write", work], check=True, stdout=subprocess.DEVNULL)
        x, truth = np.load(f"{work}/vectors.npy"), np.load(f"{work}/truth.npy").ravel().astype(int)
    planted = truth >= 0
    best, labels, ours = {}, {}, ""
    for round in range(options.rounds):
        for name, run in list(peers.items()):
            try:
                if round == 0:
                    run(x[:3000], 20)
                start = time.perf_counter()
                labels[name] = run(x, options.topics)
                best[name] = min(best.get(name, np.inf), time.perf_counter() - start)
            except ImportError as e:
                print(f"left out: {name} ({e})")
                del peers[name]
        ours += subprocess.run([program, str(n), "--topics", str(options.topics)], check=True, capture_output=True, text=True).stdout
    print(f"\n{n} vectors, {options.topics} topics\n| what | seconds | clusters | outliers | AMI | best layer | AMI of all |\n|---|---|---|---|---|---|---|")
    for name, layers in labels.items():
        score = [adjusted_mutual_info_score(truth[planted], l[planted]) for l in layers]
        print(f"| {name} | {best[name]:.2f} | {layers[0].max() + 1} | {(layers[0][planted] < 0).mean():.3f} | {score[0]:.3f} | {max(score):.3f} | {adjusted_mutual_info_score(truth, layers[0]):.3f} |")
    print(ours)
