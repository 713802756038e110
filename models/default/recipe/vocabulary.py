"""The tokenizer: a Unigram vocabulary, NFKC, lower case, Metaspace.

  vocabulary.py train     48,000 pieces from VISAVIS_TRAIN_DIR, at most 45,000 lines a language
  vocabulary.py extend    further Georgian pieces: the parallel text holds too little Georgian to have found them
"""
import glob, json, lzma, os, random, statistics, sys
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = os.path.dirname(os.path.abspath(__file__))
PATH = os.path.join(HERE, "../tokenizer.json")
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
FURTHER = 1500


def blank():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(r"\s+"), " ")])
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


{"train": train, "extend": extend}[sys.argv[1]]()
