"""The tokenizer: a Unigram vocabulary, NFKC, lower case, Metaspace; without the vowel signs and stretched letters of Arabic
script, with ё as е and a space for the joiner inside Persian words, as most people write.

  vocabulary.py train     48,000 pieces from VISAVIS_TRAIN_DIR, at most 45,000 lines a language
  vocabulary.py extend    further Georgian pieces: the parallel text holds too little Georgian to have found them
  vocabulary.py words     the commonest words of every language that are still cut, whole; then the 64,000 pieces that
                          are used most. A text of SIB-200 has 7 % (English) to 30 % (Vietnamese) fewer tokens by it
"""
import collections, glob, json, lzma, math, os, random, re, statistics, sys
import numpy as np
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
PATH = os.path.join(HERE, "../tokenizer.json")
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
FURTHER = 1500
WORDS, SIZE = 1000, 64_000
LEAST = 8  # times that such a word stands in the text
# Of interfaces and manuals: their words are not those of prose.
MANUALS = {"ms-edgeai", "ms-azd", "gnome-user-docs", "mozilla-org-lang", "mozilla-www", "privacyguides", "opensource-guide", "ms-security101", "bitcoin-org", "letsencrypt"}
DENSE = {"ja", "zh"}  # without spaces between words


def blank():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex("[\u0640\u064b-\u0652\u0670]"), ""),
                                                   normalizers.Replace("ё", "е"), normalizers.Replace(Regex(r"[\s\u200c]+"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer


def lines(language, most=None):
    rows = lzma.open(f"{os.environ['VISAVIS_TRAIN_DIR']}/en-{language}.tsv.xz", "rt", encoding="utf8").readlines()
    random.shuffle(rows)
    for row in rows[:most]:
        yield row.rstrip("\n").split("\t")[1:]


def train():
    random.seed(1)

    def text():
        for path in sorted(glob.glob(f"{os.environ['VISAVIS_TRAIN_DIR']}/en-*.tsv.xz")):
            for en, x in lines(os.path.basename(path)[3:5], 45000):
                yield x[:300]
                if random.random() < 0.12:
                    yield en[:300]

    tokenizer = blank()
    tokenizer.train_from_iterator(text(), trainers.UnigramTrainer(
        vocab_size=48000, special_tokens=SPECIAL, unk_token="[UNK]", shrinking_factor=0.75, max_piece_length=16, n_sub_iterations=2))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.save(PATH)


def extend():
    random.seed(1)
    ours = [line.rstrip("\n").split("\t")[1] for path in sorted(glob.glob(f"{HERE}/../../../data/training/ka/*.tsv")) for line in open(path, encoding="utf8")]
    georgian = blank()
    georgian.train_from_iterator(ours + [x[:300] for _, x in lines("ka")], trainers.UnigramTrainer(
        vocab_size=6000, special_tokens=SPECIAL, unk_token="[UNK]", max_piece_length=16))
    found = {p: s for p, s in json.loads(georgian.to_str())["model"]["vocab"] if any("\u10d0" <= c <= "\u10ff" for c in p)}
    tokenizer = json.load(open(PATH, encoding="utf8"))
    vocabulary = tokenizer["model"]["vocab"]
    have = dict(map(tuple, vocabulary))
    # Log probabilities among Georgian pieces, on the scale of the whole vocabulary.
    shift = statistics.median(have[p] - s for p, s in found.items() if p in have and len(p) > 2)
    further = sorted(((p, s + shift) for p, s in found.items() if p not in have), key=lambda x: (-x[1], x[0]))[:FURTHER]
    vocabulary.extend([p, s] for p, s in further)
    json.dump(tokenizer, open(PATH, "w", encoding="utf8"), ensure_ascii=False, separators=(",", ":"))
    print(f"{len(further)} pieces, scores shifted by {shift:.2f}: {' '.join(p for p, _ in further[:20])}")


def every():
    """(language, corpus, text) of all text, English once."""
    seen = set()
    for path in sorted(glob.glob(f"{os.environ['VISAVIS_TRAIN_DIR']}/en-*.tsv.xz")):
        for line in lzma.open(path, "rt", encoding="utf8"):
            corpus, en, x = line.rstrip("\n").split("\t")
            yield os.path.basename(path)[3:5], corpus, x[:600]
            if en not in seen:
                seen.add(en)
                yield "en", corpus, en[:600]
    for path in sorted(glob.glob(f"{HERE}/../../../data/training/*/*.tsv")):
        for line in open(path, encoding="utf8"):
            yield os.path.basename(os.path.dirname(path)), "visavis", line.rstrip("\n").split("\t")[1]


def words():
    content = json.load(open(PATH, encoding="utf8"))
    content["normalizer"] = json.loads(blank().to_str())["normalizer"]
    pieces = content["model"]["vocab"]
    tokenizer = Tokenizer.from_str(json.dumps(content))
    counts = collections.defaultdict(collections.Counter)
    for language, corpus, text in every():
        if corpus not in MANUALS and language not in DENSE:
            found = re.findall(r"(?:^|(?<=[\s\W]))[^\W\d][\w\u0300-\u036f\u0900-\u097f]*", tokenizer.normalizer.normalize_str(text))
            counts[language].update(found)
    have, further = {p for p, _ in pieces}, {}
    for language, count in sorted(counts.items()):
        common = [w for w, n in count.most_common() if n >= LEAST and len(w) <= 24 and "▁" + w not in have]
        parts = [len(e.ids) for e in tokenizer.encode_batch(common, add_special_tokens=False)]
        saved = sorted((-(k - 1) * count[w], w) for w, k in zip(common, parts) if k > 1 and "▁" + w not in further)
        # As frequent as in text of ten languages.
        further |= {"▁" + w: math.log(count[w] / count.total() / 10) for _, w in saved[:WORDS]}
    pieces += sorted(map(list, further.items()), key=lambda p: (-p[1], p[0]))
    used = usage(Tokenizer.from_str(json.dumps(content)), len(pieces))
    fixed = {i for i, (p, _) in enumerate(pieces) if i < len(SPECIAL) or len(p.lstrip("▁")) <= 1}
    rest = sorted((i for i in range(len(pieces)) if i not in fixed), key=lambda i: (-used[i], i))
    content["model"]["vocab"] = [pieces[i] for i in sorted([*fixed, *rest[: SIZE - len(fixed)]])]
    json.dump(content, open(PATH, "w", encoding="utf8"), ensure_ascii=False, separators=(",", ":"))
    print(f"{len(further)} words, {len(content['model']['vocab'])} pieces")


def usage(tokenizer, size):
    """How often each piece is used, every language counting by the root of its text."""
    texts, used = collections.defaultdict(list), np.zeros(size)
    for n, (language, _, text) in enumerate(every()):
        if n % 3 == 0:
            texts[language].append(text)
    for lines in texts.values():
        n = np.bincount(np.concatenate([e.ids for e in tokenizer.encode_batch(lines)]), minlength=size)
        used += n / n.sum() ** 0.5
    return used


{"train": train, "extend": extend, "words": words}[sys.argv[1]]()
