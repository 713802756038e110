"""Prose of web pages: visavis beside trafilatura, readability-lxml and jusText, on data/pages.

    pip install -r benches/peers/extract.txt
    cargo run --release -- read data/pages --out /tmp/pages
    python benches/peers/extract.py /tmp/pages

Word-level F1 against data/pages.expected.json: bags of words in lower case; words of `optional` lines (bylines, dates,
captions) count neither way. Each tool with its defaults, but trafilatura also in the mode that favours recall.
"""

import collections
import json
import pathlib
import re
import statistics
import sys
import time

import justext
import lxml.html
import pyarrow.parquet as parquet
import readability
import trafilatura

DATA = pathlib.Path(__file__).parents[2] / "data"
STOP = {"en": "English", "ru": "Russian", "de": "German", "fr": "French", "uk": "Ukrainian"}


def bag(texts):
    return collections.Counter(w for t in texts for w in re.findall(r"[^\W_]+", t.lower()))


def f1(found, gold, optional):
    hits = sum(min(n, gold[w]) for w, n in found.items())
    n = sum(min(n, gold[w]) + max(n - gold[w] - optional[w], 0) for w, n in found.items())
    p, r = hits / max(n, 1), hits / sum(gold.values())
    return p, r, 2 * p * r / max(p + r, 1e-9)


def by_readability(page, _):
    document = readability.Document(page)
    return document.short_title() + " " + lxml.html.fromstring(document.summary()).text_content()


def by_justext(page, language):
    paragraphs = justext.justext(page.encode(), justext.get_stoplist(STOP[language]), encoding="utf-8")
    return "\n".join(p.text for p in paragraphs if not p.is_boilerplate)


def by_trafilatura(page, _, **options):
    found = trafilatura.bare_extraction(page, with_metadata=True, include_comments=False, **options)
    return (found.title or "") + "\n" + found.text if found else ""


def main():
    folder = pathlib.Path(sys.argv[1])
    paths = parquet.read_table(folder / "documents.parquet").to_pylist()
    texts = {r["doc_id"]: r["text"] for r in parquet.read_table(folder / "texts.parquet").to_pylist()}
    ours = collections.defaultdict(list)
    for row in paths:
        ours[row["path"]].append(texts[row["doc_id"]])
    expected = json.loads((DATA / "pages.expected.json").read_text("utf-8"))
    tools = {
        "visavis": None,
        "trafilatura": by_trafilatura,
        "trafilatura, recall": lambda p, l: by_trafilatura(p, l, favor_recall=True),
        "readability-lxml": by_readability,
        "jusText": by_justext,
    }
    print(f"{'':<20} {'precision':>9} {'recall':>7} {'F1':>6} {'least F1':>9}  {'on':<18} {'ms a page':>9}")
    for tool, extract in tools.items():
        scores, start = {}, time.perf_counter()
        for name, page in expected.items():
            source = (DATA / "pages" / name).read_text("utf-8")
            text = "\n".join(ours[name]) if extract is None else extract(source, page["language"])
            scores[name] = f1(bag([text]), bag(page["text"]), bag(page["optional"]))
        spent = "" if extract is None else f"{1000 * (time.perf_counter() - start) / len(expected):.1f}"
        p, r, f = (statistics.mean(s[i] for s in scores.values()) for i in range(3))
        worst = min(scores, key=lambda n: scores[n][2])
        print(f"{tool:<20} {p:9.3f} {r:7.3f} {f:6.3f} {scores[worst][2]:9.3f}  {worst:<18} {spent:>9}")
        if "-v" in sys.argv:
            for name, s in scores.items():
                print("   ", name, *(f"{x:.3f}" for x in s))


main()
