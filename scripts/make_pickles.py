#!/usr/bin/env python3
"""Writes the small pickles of tests/trainer/data: the same tiny dataset in every form that the importer reads.

Run it with Debian's python3-numpy; the files are committed, so that the tests need no Python.
"""
import collections
import pathlib
import pickle
import sys

import numpy as np

POSITIONS, TEXT_WIDTH, STEPS, AUDIO_WIDTH, VISION_WIDTH = 5, 3, 6, 2, 4


def utterance_frames(split, n, length, width, scale):
    """A non-zero value for each number, different everywhere."""
    return (np.arange(length * width).reshape(length, width) + 1 + 100 * n + 500 * split) * scale


def make_split(index, count):
    text = np.zeros((count, POSITIONS, TEXT_WIDTH), np.float32)
    bert = np.zeros((count, 3, POSITIONS), np.int64)
    audio = np.zeros((count, STEPS, AUDIO_WIDTH), np.float64)
    vision = np.zeros((count, STEPS, VISION_WIDTH), np.float64)
    text_lengths = [3 + n % 3 for n in range(count)]
    audio_lengths = [1 + (2 * n + index) % STEPS for n in range(count)]
    vision_lengths = [1 + (3 * n + index) % STEPS for n in range(count)]
    for n in range(count):
        text[n, : text_lengths[n]] = utterance_frames(index, n, text_lengths[n], TEXT_WIDTH, 0.5)
        bert[n, 0, : text_lengths[n]] = [101, *range(2000, 1998 + text_lengths[n]), 102]
        bert[n, 1, : text_lengths[n]] = 1
        audio[n, : audio_lengths[n]] = utterance_frames(index, n, audio_lengths[n], AUDIO_WIDTH, -0.25)
        vision[n, : vision_lengths[n]] = utterance_frames(index, n, vision_lengths[n], VISION_WIDTH, 2.0)
    labels = np.array([[-3.0, 0.0, 1.5, 3.0][(n + index) % 4] for n in range(count)], np.float32)
    return {
        "raw_text": np.array([f"größe {index} {n}" for n in range(count)]),
        "id": [f"video{index}$_${n}" for n in range(count)],
        "text": text,
        "text_bert": bert,
        "audio": audio,
        "vision": vision,
        "audio_lengths": audio_lengths,
        "vision_lengths": vision_lengths,
        "annotations": ["Neutral"] * count,
        "classification_labels": np.sign(labels),
        "regression_labels": labels,
    }


def changed(data, change):
    return {name: {key: change(key, value) for key, value in split.items()} for name, split in data.items()}


def numeric(change):
    def apply(_, value):
        return change(value) if isinstance(value, np.ndarray) and value.dtype.kind in "fi" else value

    return apply


def kinds(key, value):
    """Every dtype and every form of column at once, all holding the same numbers."""
    if key == "raw_text":
        return np.array(list(value), object)
    if key == "id":
        return np.array(value)
    if key == "text":
        return value.astype(np.float16)
    if key == "text_bert":
        return value.astype(np.float64)
    if key == "audio":
        return value.astype(np.float32)
    if key == "vision":
        return value.astype(np.uint16)
    if key == "audio_lengths":
        return np.array(value, np.int8)
    if key == "vision_lengths":
        return list(np.array(value, np.uint32))
    if key == "regression_labels":
        return list(value)
    return value


def ragged(array, lengths):
    return [row[:length] for row, length in zip(array, lengths)]


def own_lengths(split):
    """Sequences as arrays of their own, in a list and in an array of objects; names in parts; no word pieces."""
    vision = np.empty(len(split["id"]), object)
    vision[:] = ragged(split["vision"], split["vision_lengths"])
    columns = {
        "id": np.array([name.split("$_$") for name in split["id"]]).astype("S"),
        "raw_text": [None, float("nan"), *split["raw_text"][2:]],
        "text": split["text"].tolist(),
        "audio": ragged(split["audio"], split["audio_lengths"]),
        "vision": vision,
        "regression_labels": split["regression_labels"].reshape(-1, 1),
    }
    return collections.OrderedDict(columns)


def cmu(split):
    """Padded in front, as MulT's files are."""
    shifted = {key: np.stack([np.roll(row, len(row) - np.flatnonzero(row.any(1))[-1] - 1, 0) for row in split[key]])
               for key in ("text", "audio", "vision")}
    labels = np.repeat(split["regression_labels"].reshape(-1, 1, 1), 3, 2)
    labels[:, :, 1:] = 9  # emotions, which nobody reads
    return {**shifted, "labels": labels, "id": np.array([[name, "1.5", "2.0"] for name in split["id"]], object)}


def tuples(split):
    audio, vision = (ragged(split[key], split[key + "_lengths"]) for key in ("audio", "vision"))
    return [((text.split(), v, a), np.array([[label]]), name) for text, v, a, label, name in
            zip(split["raw_text"], vision, audio, split["regression_labels"], split["id"])]


def swapped(value):
    return value.astype(value.dtype.newbyteorder(">"))


def main(folder):
    data = {name: make_split(index, count) for index, (name, count) in enumerate([("train", 4), ("valid", 2), ("test", 3)])}
    folder.mkdir(parents=True, exist_ok=True)
    forms = {f"protocol{p}": (data, p) for p in (2, 3, 4, 5)}
    forms["fortran"] = (changed(data, numeric(np.asfortranarray)), 4)
    forms["fortran5"] = (changed(data, numeric(np.asfortranarray)), 5)
    forms["big_endian"] = (changed(data, numeric(swapped)), 4)
    forms["kinds"] = (changed(data, kinds), 4)
    small = {name: make_split(index, 2) for index, name in enumerate(("train", "valid", "test"))}
    everywhere = lambda change: {name: change(split) for name, split in small.items()}
    forms["own_lengths"] = (collections.defaultdict(dict, everywhere(own_lengths)), 4)
    forms["cmu"] = (everywhere(cmu), 4)
    lists = everywhere(tuples)
    forms["tuples"] = ({"train": lists["train"], "dev": lists["valid"], "test": lists["test"]}, 2)
    # Of these every byte is damaged: as small as they can be with everything in them.
    one = {"train": make_split(0, 2)}
    forms |= {"one_split2": (one, 2), "one_split5": (one, 5), "one_split_kinds": (changed(one, kinds), 4)}
    forms["three_splits"] = ({name: make_split(index, 1) for index, name in enumerate(small)}, 4)
    forms["single"] = ({key: small["test"][key][1] for key in ("text", "text_bert", "audio", "vision")}, 4)
    for name, (value, protocol) in forms.items():
        (folder / f"{name}.pkl").write_bytes(pickle.dumps(value, protocol))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[1] / "tests/trainer/data"))
