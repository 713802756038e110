"""Parallel text -> one pack of token ids.

Reads VISAVIS_TRAIN_DIR/en-LL.tsv.xz (corpus, English, translation) and data/training/ka/*.tsv (English, Georgian, written
for this project); leaves out what stands in the evaluation sets. Writes WORK/english.txt and WORK/pack.npz.
"""
import csv, glob, json, lzma, os, re, sys
import numpy as np
from tokenizers import Tokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 128  # tokens of a sentence; longer ones are cut


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


def main(work):
    os.makedirs(work, exist_ok=True)
    held_out = evaluation_sentences(os.environ["VISAVIS_EVAL_DIR"]) if os.environ.get("VISAVIS_EVAL_DIR") else set()
    english, seen, texts, rows = {}, set(), [], []
    corpora, languages, left_out = {}, {}, 0
    for corpus, language, en, x in pairs(os.environ["VISAVIS_TRAIN_DIR"], os.path.join(HERE, "../../../data/training")):
        if (language, en, x) in seen or en == x:
            continue
        seen.add((language, en, x))
        # Single words are no sentences: a word that happens to be a whole evaluation line stays.
        if held_out and " " in x and (key(en) in held_out or key(x) in held_out):
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

    en = [e[:1500] for e in english]
    with open(f"{work}/english.txt", "w", encoding="utf8") as f:
        f.writelines(e.replace("\n", " ") + "\n" for e in en)
    en_ids, en_ends = ids(en)
    x_ids, x_ends = ids(texts)
    corpus, language, of = np.array(rows).T
    np.savez(f"{work}/pack.npz", corpus=corpus, language=language, of=of, en_ids=en_ids, en_ends=en_ends, x_ids=x_ids, x_ends=x_ends,
             corpora=list(corpora), languages=list(languages))
    print(f"{len(rows)} pairs, {len(en)} English sentences, {len(x_ids)} + {len(en_ids)} tokens; {left_out} pairs left out as evaluation text")


main(sys.argv[1])
