#!/usr/bin/env python3
"""Recomputes missing-modality masks from docs/evaluation.md alone, without this project's code.

Prints the lists that tests/trainer/masks_test.cpp holds.
"""
import hashlib

SUBSETS = ["T", "A", "V", "TA", "TV", "AV"]


def digest(draw, family, split, utterance):
    return hashlib.sha256(f"missmodal-mask-v1|{draw}|{family}|{split}|{utterance}".encode()).digest()


def mask(draw, family, split, ids):
    digests = [digest(draw, family, split, i) for i in ids]
    order = sorted(range(len(ids)), key=lambda i: (digests[i][:8], ids[i].encode()))
    kept = [SUBSETS[int.from_bytes(d[8:16], "big") % 6] for d in digests]
    return order, kept


if __name__ == "__main__":
    ids = [f"video{i // 7}$_${i % 7}" for i in range(8)]
    print("text, draw 0, test:", mask(0, "text", "test", ids)[0])
    print("random, draw 3, valid:", *mask(3, "random", "valid", ids))
