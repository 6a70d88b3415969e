"""Byte-level BPE in which every coordinate and every frequent run of JSON
punctuation is one token, so that an object of a list takes seven tokens.

    python -m tabletop.tokenizer --data DATASET --out tokenizer.json

With `--extend`, another model's tokenizer keeps its tokens and their numbers, and gets
those that it lacks.
"""

import argparse
import json
import re
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

COORDINATES = 1001
"""Points are normalized to 0..1000, both ends included."""

SPECIAL = [
    "<pad>",
    "<eos>",
    "<bos>",
    "<unk>",
    "<start_of_image>",
    "<end_of_image>",
    "<image_soft_token>",
    "<user>",
    "<model>",
]

PUNCTUATION = [
    '[{"point":[',
    '],"label":"',
    '"},{"point":[',
    '"}]',
    "[]",
    '{"steps":[{"skill":"pick","object":"',
    '{"steps":[{"skill":"place","object":"',
    '{"steps":[{"skill":"push","object":"',
    '{"steps":[{"skill":"point","object":"',
    '{"steps":[{"skill":"home"}',
    '{"steps":[{"skill":"say","text":"',
    '{"steps":[{"skill":"ask","question":"',
    '{"steps":[{"skill":"done"}]}',
    '"},{"skill":"pick","object":"',
    '"},{"skill":"place","object":"',
    '"},{"skill":"push","object":"',
    '"},{"skill":"point","object":"',
    '"},{"skill":"home"}',
    '"},{"skill":"say","text":"',
    '"},{"skill":"done"}]}',
    ',{"skill":"done"}]}',
    '","relation":"in","target":"',
    '","relation":"on","target":"',
    '","relation":"left of","target":"',
    '","relation":"right of","target":"',
    '","relation":"in front of","target":"',
    '","relation":"behind","target":"',
    '","relation":"next to","target":"',
    '","direction":"',
    '"}]}',
]

# Words with their leading space, numbers, line breaks, punctuation, white space.
SPLIT = r" ?\p{L}+|\p{N}{1,4}|\n+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

MERGED_VOCABULARY = 1016
"""Bytes and words; numbers, punctuation and special tokens come on top."""


def build(texts: list[str]) -> Tokenizer:
    """Learns the words of `texts` and adds the tokens that are given."""
    learner = _empty(models.BPE())
    trainer = trainers.BpeTrainer(
        vocab_size=MERGED_VOCABULARY,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    learner.train_from_iterator(_without_given_tokens(texts), trainer)
    learned = json.loads(learner.to_str())["model"]
    vocabulary = {token: index for index, token in enumerate(SPECIAL)}
    words = sorted(learned["vocab"], key=learned["vocab"].get)
    for token in words + [str(number) for number in range(COORDINATES)]:
        vocabulary.setdefault(token, len(vocabulary))
    merges = [tuple(pair) for pair in learned["merges"]]
    tokenizer = _empty(models.BPE(vocabulary, merges, ignore_merges=True))
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in SPECIAL])
    return with_given_tokens(tokenizer)


def with_given_tokens(tokenizer: Tokenizer) -> Tokenizer:
    """Adds the runs of punctuation and the Chinese characters that are not there yet."""
    given = PUNCTUATION + characters()
    tokenizer.add_tokens([AddedToken(run, special=False, normalized=False) for run in given])
    return tokenizer


def characters() -> list[str]:
    """Chinese characters that are one token each."""
    text = (Path(__file__).parent / "characters.txt").read_text(encoding="utf-8")
    return list(dict.fromkeys("".join(text.split())))


def _empty(model: models.Model) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def _without_given_tokens(texts: list[str]) -> list[str]:
    """Merges must not be spent on what is a token already."""
    runs = sorted(PUNCTUATION, key=len, reverse=True)
    given = re.compile("|".join([*map(re.escape, runs), r"\d+"]))
    return [piece for text in texts for piece in given.split(text) if piece]


def texts_of(dataset: Path, most: int = 40_000) -> list[str]:
    """Plans of a data set, and everyday words that it may lack."""
    with open(dataset / "plans.jsonl", encoding="utf-8") as lines:
        plans = [json.loads(line) for line, _ in zip(lines, range(most), strict=False)]
    words = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()
    everyday = [f"{word} {word}" for word in words] * (1 + most // 800)
    return [plan[part] for plan in plans for part in ("prompt", "completion")] + everyday


def check(tokenizer: Tokenizer) -> None:
    """Raises if a coordinate or a run of punctuation is more than one token."""
    for text in [str(number) for number in range(COORDINATES)] + SPECIAL + PUNCTUATION + characters():
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        if len(ids) != 1 or tokenizer.decode(ids, skip_special_tokens=False) != text:
            raise ValueError(f"{text!r} is not one token: {ids}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, help="data set to learn words from")
    source.add_argument("--extend", type=Path, help="tokenizer to add to")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.extend:
        tokenizer = with_given_tokens(Tokenizer.from_file(str(arguments.extend)))
    else:
        tokenizer = build(texts_of(arguments.data))
    check(tokenizer)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(arguments.out))
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
