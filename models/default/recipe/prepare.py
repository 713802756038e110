"""Parallel text -> one pack of token ids.

Reads VISAVIS_TRAIN_DIR/en-LL.tsv.xz (corpus, English, translation) and data/training/LL/*.tsv (English, translation,
written for this project); leaves out what stands in the evaluation sets. Writes WORK/english.txt and WORK/pack.npz.
"""
import csv, glob, json, lzma, os, re, sys, zlib
import numpy as np
from tokenizers import Tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 230  # tokens of a line; longer ones are cut
PARAGRAPHS = 150_000  # passages of neighbouring sentences, since the tool embeds passages
PARAGRAPH_TOKENS = 230
HELD = 400  # one of so many English texts is left out of training, with its translations and in paragraphs
# Corpora whose neighbours belong together, with their shares of the paragraphs.
PROSE = {
    "wmt-newstest-2008-2020": 3.0, "wmt21-general": 3.0, "wmt22-general": 2.0, "wmt23-general": 2.0, "korean-parallel-corpora": 3.0,
    "tico19": 3.0, "privacyguides": 1.5, "opensource-guide": 1.5, "letsencrypt": 0.7, "ms-edgeai": 0.3, "ms-azd": 0.15,
    "ms-security101": 0.7, "gnome-user-docs": 0.15, "mozilla-www": 0.3, "mlqe-pe": 0.5, "visavis": 2.0,
}


def key(text):
    return re.sub(r"[\W_]+", "", text.lower())


def evaluation_sentences(folder):
    """Keys of every sentence of SIB-200, Tatoeba, XQuAD and STS-b under `folder`."""
    found = set()
    for path in glob.glob(f"{folder}/sib200/*/*.tsv"):
        found.update(key(row[-1]) for row in csv.reader(open(path, encoding="utf8"), delimiter="\t", quoting=csv.QUOTE_NONE))
    for path in glob.glob(f"{folder}/tatoeba/*"):
        found.update(key(line) for line in open(path, encoding="utf8"))
    for path in glob.glob(f"{folder}/stsb/*.csv"):
        for row in csv.reader(open(path, encoding="utf8")):
            found.update(map(key, row[:2]))
    for path in glob.glob(f"{folder}/xquad/*.json"):
        for article in json.load(open(path, encoding="utf8"))["data"]:
            found.update(key(p["context"]) for p in article["paragraphs"])
    return found


def pairs(train, ours):
    """(corpus, language, English, translation), in the order of the files: neighbours in a file are neighbours in a text."""
    for path in sorted(glob.glob(f"{train}/en-*.tsv.xz")):
        language = os.path.basename(path)[3:5]
        for line in lzma.open(path, "rt", encoding="utf8"):
            corpus, en, x = line.rstrip("\n").split("\t")
            yield corpus, language, en, x
    for path in sorted(glob.glob(f"{ours}/*/*.tsv")):
        language = os.path.basename(os.path.dirname(path))
        for line in open(path, encoding="utf8"):
            en, x = line.rstrip("\n").split("\t")
            yield "visavis", language, en, x


def paragraphs(corpora, corpus, language, of, held, en_ends, x_ends, seed=0):
    """Ranges of rows, [first, last), of neighbours that fit together on both sides."""
    rng = np.random.default_rng(seed)
    weight = np.array([PROSE.get(str(c), 0.0) for c in corpora])[corpus]
    mass = np.bincount(language, weight)
    p = np.cumsum(weight * (np.maximum(mass, 1e-9) ** -0.5)[language])
    english, foreign = np.diff(en_ends)[of], np.diff(x_ends)
    for r in np.searchsorted(p, rng.random(PARAGRAPHS) * p[-1]):
        last, most = r, r + rng.integers(3, 9)
        a = b = 2
        while last < min(most, len(of)) and corpus[last] == corpus[r] and language[last] == language[r] and not held[of[last]]:
            a, b = a + foreign[last] - 2, b + english[last] - 2
            if max(a, b) > PARAGRAPH_TOKENS:
                break
            last += 1
        if last - r > 1:
            yield r, last


def join(ids, ends, rows):
    """Token ids of some texts as those of one."""
    parts = [ids[ends[r] : ends[r + 1]] for r in rows]
    return np.concatenate([parts[0][:1]] + [p[1:-1] for p in parts] + [parts[0][-1:]])


def add_paragraphs(corpora, rows, en, en_ids, en_ends, x_ids, x_ends):
    """The same with rows of paragraphs, of a corpus of their own; `en` grows with their English."""
    corpus, language, of = rows
    number = {e: i for i, e in enumerate(en)}
    held = [zlib.crc32(e.encode()) % HELD == 0 for e in en]
    more, en_more, x_more = [], [], []
    for first, last in paragraphs(corpora, corpus, language, of, held, en_ends, x_ends):
        english = " ".join(en[e] for e in of[first:last])
        if english not in number:
            number[english] = len(en)
            en.append(english)
            en_more.append(join(en_ids, en_ends, of[first:last]))
        more.append((len(corpora), language[first], number[english]))
        x_more.append(join(x_ids, x_ends, range(first, last)))

    def extended(ids, ends, parts):
        return np.concatenate([ids, *parts]), np.concatenate([ends, ends[-1] + np.cumsum([len(p) for p in parts])])

    rows = np.concatenate([rows, np.array(more).T], axis=1)
    held += [False] * (len(en) - len(held))
    return [*corpora, "paragraphs"], rows, held, *extended(en_ids, en_ends, en_more), *extended(x_ids, x_ends, x_more)


def main(work):
    os.makedirs(work, exist_ok=True)
    evaluation = evaluation_sentences(os.environ["VISAVIS_EVAL_DIR"]) if os.environ.get("VISAVIS_EVAL_DIR") else set()
    english, seen, texts, rows = {}, set(), [], []
    corpora, languages, left_out = {}, {}, 0
    for corpus, language, en, x in pairs(os.environ["VISAVIS_TRAIN_DIR"], os.path.join(HERE, "../../../data/training")):
        if (language, en, x) in seen or en == x:
            continue
        seen.add((language, en, x))
        # Single words are no sentences: a word that happens to be a whole evaluation line stays.
        if evaluation and " " in x and (key(en) in evaluation or key(x) in evaluation):
            left_out += 1
            continue
        rows.append((corpora.setdefault(corpus, len(corpora)), languages.setdefault(language, len(languages)), english.setdefault(en, len(english))))
        texts.append(x[:1500])
    tokenizer = Tokenizer.from_file(os.path.join(HERE, "../tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LIMIT)

    def ids(lines):
        flat, ends = [], [0]
        for s in range(0, len(lines), 20000):
            for e in tokenizer.encode_batch(lines[s : s + 20000]):
                flat.append(np.array(e.ids, np.uint16))
                ends.append(ends[-1] + len(e.ids))
        return np.concatenate(flat), np.array(ends)

    en = [e[:1500].replace("\n", " ") for e in english]
    corpora, rows, held, en_ids, en_ends, x_ids, x_ends = add_paragraphs(list(corpora), np.array(rows).T, en, *ids(en), *ids(texts))
    with open(f"{work}/english.txt", "w", encoding="utf8") as f:
        f.writelines(e + "\n" for e in en)
    corpus, language, of = rows
    np.savez(f"{work}/pack.npz", corpus=corpus, language=language, of=of, held=held, en_ids=en_ids, en_ends=en_ends, x_ids=x_ids, x_ends=x_ends,
             corpora=corpora, languages=list(languages))
    print(f"{len(of)} pairs, {len(en)} English sentences, {len(x_ids)} + {len(en_ids)} tokens; {left_out} pairs left out as evaluation text")


if __name__ == "__main__":
    main(sys.argv[1])
