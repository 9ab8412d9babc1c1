"""A padded batch, and the dataset file that it comes from."""
import json
import struct
from pathlib import Path

import numpy
import torch
from torch.nn.utils.rnn import pad_sequence

MODALITIES = ("text", "audio", "vision")


class Batch:
    def __init__(self, sequences, labels, utterances):
        """sequences: of each modality one (length, width) an utterance."""
        self.frames = {name: pad_sequence(own, batch_first=True) for name, own in sequences.items()}
        self.lengths = {name: torch.tensor([len(x) for x in own]) for name, own in sequences.items()}
        self.labels = labels
        self.utterances = utterances

    def __len__(self):
        return len(self.labels)

    def mean(self, modality):
        return self.frames[modality].sum(1) / self.lengths[modality][:, None]

    def steps(self, modality, count):
        """(b, count, width): cut off, or zeros behind."""
        frames = self.frames[modality]
        return torch.nn.functional.pad(frames, (0, 0, 0, max(0, count - frames.shape[1])))[:, :count]

    def aligned(self):
        """The three side by side, as long as the longest."""
        longest = max(frames.shape[1] for frames in self.frames.values())
        return [self.steps(modality, longest) for modality in MODALITIES]


class Split:
    """The training split of a dataset of ours; audio and vision standardised."""

    def __init__(self, path):
        raw = Path(path).read_bytes()
        size, = struct.unpack("<Q", raw[:8])
        header = json.loads(raw[8:8 + size])

        def array(name, kind):
            begin, end = header[name]["data_offsets"]
            return numpy.frombuffer(raw[8 + size + begin:8 + size + end], kind).reshape(header[name]["shape"])

        self.labels = torch.tensor(array("train.labels", "<f4"))
        self.sequences, self.widths = {}, []
        for modality in MODALITIES:
            rows = array(f"train.{modality}", "<f4")
            if modality != "text":
                rows = (rows - rows.mean(0)) / numpy.maximum(rows.std(0), 1e-8)
            lengths = array(f"train.{modality}_lengths", "<i4").tolist()
            self.sequences[modality] = torch.tensor(rows).split(lengths)
            self.widths.append(rows.shape[1])
        self.next = 0

    def __len__(self):
        return len(self.labels)

    def next_indices(self, size):
        chosen = [(self.next + i) % len(self) for i in range(size)]
        self.next += size
        return chosen

    def collate(self, chosen):
        return Batch({name: [own[i] for i in chosen] for name, own in self.sequences.items()},
                     self.labels[chosen], torch.tensor(chosen))
