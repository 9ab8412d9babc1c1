#!/usr/bin/env python3
"""Writes the reference tensors of the baselines that no public implementation covers: MCTN's translations.

Plain PyTorch on random numbers, independent of the C++ code, written from the papers' formulas; parameters have our names.
Usage: make_baseline_golden.py FOLDER
"""
import json
import pathlib
import struct
import sys

import numpy
import torch
from torch import nn

BATCH, STEPS, TEXT, AUDIO, VISION = 5, 6, 5, 4, 7


def save(path, tensors, metadata):
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        array = numpy.ascontiguousarray(tensors[name].detach().numpy())
        assert array.dtype == numpy.float32, name
        blobs.append(array.tobytes())
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, offset + len(blobs[-1])]}
        offset += len(blobs[-1])
    text = json.dumps(header, sort_keys=True).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


class SummedBiLstm(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.rnn = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)

    def forward(self, x):
        ahead, back = self.rnn(x)[0].chunk(2, 2)
        return ahead + back


class AttentionDecoder(nn.Module):
    """Step by step as the formulas say: attention from each frame and the cell, an LSTM cell, a linear layer."""

    def __init__(self, width, hidden, out):
        super().__init__()
        self.hidden = hidden
        self.attend = nn.Linear(width + hidden, 1)
        self.input = nn.Linear(width, 4 * hidden)
        self.recurrent = nn.Linear(hidden, 4 * hidden)
        self.out = nn.Linear(hidden, out)

    def forward(self, encoding, steps):
        state = cell = torch.zeros(len(encoding), self.hidden)
        out = []
        for _ in range(steps):
            pairs = [torch.cat([encoding[:, s], cell], 1) for s in range(encoding.shape[1])]
            attention = torch.softmax(torch.cat([self.attend(pair) for pair in pairs], 1), 1)
            seen = sum(attention[:, s:s + 1] * encoding[:, s] for s in range(encoding.shape[1]))
            i, f, g, o = (self.input(seen) + self.recurrent(state)).chunk(4, 1)
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
            state = torch.sigmoid(o) * torch.tanh(cell)
            out.append(self.out(state))
        return torch.stack(out, 1)


class Mctn(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.encoder1 = SummedBiLstm(TEXT, hidden)
        self.decoder1 = AttentionDecoder(hidden, hidden, max(TEXT, VISION))
        self.encoder2 = SummedBiLstm(hidden, hidden)
        self.decoder2 = AttentionDecoder(hidden, hidden, AUDIO)
        self.regression = nn.ModuleDict({"lstm": nn.LSTM(hidden, hidden, batch_first=True),
                                         "attend": nn.Linear(hidden, 1), "out": nn.Linear(hidden, 1)})

    def forward(self, text):
        first = self.encoder1(text)
        second = self.encoder2(first)
        there = self.decoder1(first, STEPS)
        back = self.decoder1(self.encoder1(there[:, :, :TEXT]), STEPS)
        states = self.regression["lstm"](second)[0]
        weights = torch.softmax(torch.tanh(self.regression["attend"](states)), 1)
        prediction = self.regression["out"]((weights * states).sum(1))[:, 0]
        return {"M": prediction, "forward": there[:, :, :VISION], "cycle": back[:, :, :TEXT],
                "second": self.decoder2(second, STEPS)}


def mctn(folder):
    torch.manual_seed(3)
    model = Mctn(4)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2.5 if parameter.dim() > 1 else 1).add_(0.2 * torch.randn_like(parameter) * (parameter.dim() == 1))
    inputs = {name: torch.randn(BATCH, STEPS, width) for name, width in
              (("text", TEXT), ("audio", AUDIO), ("vision", VISION))}
    labels = torch.tensor([1.2, -0.6, 0.0, 2.4, -1.8])
    output = model(inputs["text"])
    losses = {"task": (output["M"] - labels).abs().mean()}
    for name, target in (("forward", "vision"), ("cycle", "text"), ("second", "audio")):
        losses[name] = ((output[name] - inputs[target]) ** 2).mean()
    weights = {"task": 1, "forward": 0.1, "cycle": 0.2, "second": 0.3}
    losses["total"] = sum(weights[name] * loss for name, loss in losses.items())
    losses["total"].backward()
    tensors = {f"input.{name}": x for name, x in inputs.items()} | {"input.labels": labels}
    tensors |= {f"output.{name}": x for name, x in output.items()} | {f"loss.{name}": x for name, x in losses.items()}
    for name, parameter in model.named_parameters():
        name = name.replace(".rnn.", ".")
        tensors |= {f"param.{name}": parameter, f"grad.{name}": parameter.grad}
    save(folder / "mctn_translations.safetensors", tensors, {"model": "mctn", "weights": json.dumps(weights)})


if __name__ == "__main__":
    target_folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    mctn(target_folder)
