#!/usr/bin/env python3
"""Recomputes missing-modality masks from docs/evaluation.md alone, without this project's code.

  scripts/mask_reference.py      prints tests/sweeps/evaluation/masks.json, which the tests compare with
"""
import hashlib
import json

MODALITIES = ["text", "audio", "vision"]
SUBSETS = ["T", "A", "V", "TA", "TV", "AV"]
IDS = {
    "one": ["only"],
    "two": ["b", "a"],
    # Ids of any bytes: beyond ASCII, with the recipe's own separator, repeated and so numbered by the import.
    "seven": ["v_1$_$0", "v_1$_$10", "v|1|text", "Zürich", "zurich", "clip#2", "発話"],
    "fifty": [f"video{i // 7}$_${i % 7}" for i in range(50)],
}
CONDITIONS = ["text/10", "text/50", "text/90", "audio/30", "vision/70", "random/10", "random/40", "random/100",
              "missing_rate/1", "missing_rate/10", "missing_rate/50", "missing_rate/70",
              "instance/1", "instance/30", "instance/100",
              "imbalanced/10-50-90", "imbalanced/0-0-100", "imbalanced/60-60-60", "imbalanced/100-100-100"]
DRAWS = [(0, "test"), (13, "valid"), (7, "train")]


def digest(*parts):
    return hashlib.sha256("|".join(["missmodal-mask-v1", *map(str, parts)]).encode()).digest()


def first(d):
    return int.from_bytes(d[:8], "big")


def second(d):
    return int.from_bytes(d[8:16], "big")


def rounded(percent, n):
    return (percent * n + 50) // 100


def letters(lost):
    return "".join(m[0].upper() for m in MODALITIES if m not in lost)


def one_modality(draw, family, split, ids, rate):
    order = sorted(ids, key=lambda i: (first(digest(draw, family, split, i)), i.encode()))
    missing = order[:rounded(rate, len(ids))]
    return [letters([family] if i in missing else []) for i in ids]


def random(draw, split, ids, rate):
    order = sorted(ids, key=lambda i: (first(digest(draw, "random", split, i)), i.encode()))
    missing = order[:rounded(rate, len(ids))]
    return [SUBSETS[second(digest(draw, "random", split, i)) % 6] if i in missing else "TAV" for i in ids]


def missing_rate(draw, split, ids, rate):
    keeps = {i: MODALITIES[second(digest(draw, "missing_rate", split, i)) % 3] for i in ids}
    slots = [(first(digest(draw, "missing_rate", split, i, m)), i.encode(), MODALITIES.index(m), i, m)
             for i in ids for m in MODALITIES if m != keeps[i]]
    missing = [slot[3:] for slot in sorted(slots)[:min(2 * len(ids), rounded(rate, 3 * len(ids)))]]
    return [letters([m for m in MODALITIES if (i, m) in missing]) for i in ids]


def instance(draw, split, ids, percent):
    def remains(i):
        d = digest(draw, "instance", split, i)
        return SUBSETS[second(d) % 6] if 100 * first(d) < percent * 2**64 else "TAV"
    return [remains(i) for i in ids]


def imbalanced(draw, split, ids, rates):
    missing = {}
    for m, rate in zip(MODALITIES, rates):
        order = sorted(ids, key=lambda i: (first(digest(draw, "imbalanced", m, split, i)), i.encode()))
        missing[m] = order[:rounded(rate, len(ids))]

    def remains(i):
        kept = letters([m for m in MODALITIES if i in missing[m]])
        return kept or "TAV"[second(digest(draw, "imbalanced", split, i)) % 3]
    return [remains(i) for i in ids]


def mask(condition, draw, split, ids):
    family, _, rate = condition.partition("/")
    if family == "imbalanced":
        return imbalanced(draw, split, ids, [int(r) for r in rate.split("-")])
    if family in MODALITIES:
        return one_modality(draw, family, split, ids, int(rate))
    return {"random": random, "missing_rate": missing_rate, "instance": instance}[family](draw, split, ids, int(rate))


def main():
    lines = [json.dumps({"ids": IDS}, ensure_ascii=False)]
    for name, ids in IDS.items():
        for draw, split in DRAWS:
            for condition in CONDITIONS:
                lines.append(json.dumps({"ids": name, "draw": draw, "split": split, "condition": condition,
                                         "remain": " ".join(mask(condition, draw, split, ids))}))
    print("[\n" + ",\n".join(lines) + "\n]")


if __name__ == "__main__":
    main()
