"""Opens the tables of a run with the libraries that data scientists use, and checks them against the schema.

Usage: tables.py OUT SCHEMA.json
"""

import json
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.parquet as pq

out, schema = Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
applies = {t["table"]: t for t in schema["tables"] if "not written by a run" not in t["row"]}

POLARS = {
    "str": pl.String, "u32": pl.UInt32, "i32": pl.Int32, "f32": pl.Float32, "f64": pl.Float64, "bool": pl.Boolean,
    "date": pl.Date, "list<str>": pl.List(pl.String), "list<f32>": pl.List(pl.Float32),
    "struct<ids: list<u32>, distances: list<f32>>":
        pl.Struct({"ids": pl.List(pl.UInt32), "distances": pl.List(pl.Float32)}),
}

for name, table in applies.items():
    path = out / f"{name}.parquet"
    assert path.is_file(), f"{path} is missing"
    frame = pl.read_parquet(path)
    documented = [c["name"] for c in table["columns"]]
    extra = [c for c in frame.columns if c not in documented]
    assert [c for c in frame.columns if c in documented] == documented, (name, frame.columns)
    assert all(c.startswith("meta_") for c in extra) and (not extra or name == "documents"), (name, extra)
    for column in table["columns"]:
        kind, nullable = column["type"].rstrip("?"), column["type"].endswith("?")
        dtype = frame.schema[column["name"]]
        if kind.startswith("array"):
            assert isinstance(dtype, pl.Array) and dtype.inner == pl.Float32, (name, column, dtype)
        else:
            assert dtype == POLARS[kind], (name, column, dtype)
        assert nullable or frame[column["name"]].null_count() == 0, (name, column)
    arrow = pq.read_table(path)
    assert arrow.num_rows == frame.height
    keys = {k.decode() for k in arrow.schema.metadata or {}} | {k.decode() for k in pq.read_metadata(path).metadata or {}}
    assert {"visavis.schema_version", "visavis.configuration"} <= keys, (name, keys)
    assert len(pd.read_parquet(path)) == frame.height
    assert duckdb.sql(f"select count(*) from read_parquet('{path}')").fetchall() == [(frame.height,)]

chunks = pl.read_parquet(out / "chunks.parquet")
matrix = np.load(out / "embeddings.npy", mmap_mode="r")
assert matrix.dtype == np.float32 and matrix.shape[0] == chunks.height
assert np.allclose(np.linalg.norm(matrix, axis=1), 1, atol=1e-5)
embeddings = pl.read_parquet(out / "embeddings.parquet")
assert embeddings["chunk_id"].to_list() == chunks["chunk_id"].to_list()
assert np.array_equal(embeddings["vector"].to_numpy(), matrix)

# Offsets are code points of the clean text: Python's own unit.
text = dict(pl.read_parquet(out / "texts.parquet").select("doc_id", "text").iter_rows())
for doc_id, start, end, passage in chunks.select("doc_id", "start", "end", "text").iter_rows():
    assert text[doc_id][start:end] == passage, (doc_id, start, end)

# Keys point to rows that exist.
ids, documents = set(chunks["chunk_id"]), set(pl.read_parquet(out / "documents.parquet")["doc_id"])
clusters = pl.read_parquet(out / "clusters.parquet")
assert set(chunks["doc_id"]) <= documents
assert set(clusters["parent"].drop_nulls()) <= set(clusters["cluster"])
assert set(chunks["cluster"].drop_nulls()) - {-1} <= set(clusters["cluster"])
pairs = pl.read_parquet(out / "counterparts.parquet")
assert set(pairs["chunk_a"]) | set(pairs["chunk_b"]) <= ids
print(f"{len(applies)} tables, {chunks.height} passages: ok")
