#!/usr/bin/env python3
"""Writes the reference tensors of the baselines that no public implementation covers: MCTN's translations, CTFN.

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


class TransformerLayer(nn.Module):
    """Post-LayerNorm, the same LayerNorm after attention and after the feed-forward."""

    def __init__(self, width, heads, feed_forward):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.mix = (nn.Linear(width, width) for _ in range(4))
        self.linear1, self.linear2 = nn.Linear(width, feed_forward), nn.Linear(feed_forward, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        def split(y):
            return y.view(*y.shape[:2], self.heads, -1).transpose(1, 2)
        query, key, value = split(self.query(x)), split(self.key(x)), split(self.value(x))
        attention = torch.softmax(query @ key.transpose(2, 3) / query.shape[-1] ** 0.5, 3)
        x = self.norm(x + self.mix((attention @ value).transpose(1, 2).flatten(2)))
        return self.norm(x + self.linear2(torch.relu(self.linear1(x))))


class Translator(nn.Module):
    def __init__(self, width, out, inner=8, heads=2, feed_forward=6, layers=2):
        super().__init__()
        setattr(self, "in", nn.Linear(width, inner))
        self.layers = nn.ModuleList([TransformerLayer(inner, heads, feed_forward) for _ in range(layers)])
        self.norm = nn.LayerNorm(inner)
        self.out = nn.Linear(inner, out)

    def forward(self, x):
        y = torch.relu(getattr(self, "in")(x))
        for layer in self.layers:
            y = layer(y)
        y = self.norm(y)
        return y, self.out(y)


class Ctfn(nn.Module):
    PAIRS = [("text", "audio"), ("text", "vision"), ("audio", "vision")]
    SUBSETS = ["TAV", "T", "A", "V", "TA", "TV", "AV"]

    def __init__(self, hidden):
        super().__init__()
        widths = {"text": TEXT, "audio": AUDIO, "vision": VISION}
        for a in widths:
            for b in widths:
                if a != b:
                    self.add_module(f"{a}_to_{b}", Translator(widths[a], widths[b]))
        self.lstm = nn.LSTM(6 * 8, hidden, batch_first=True)
        self.post = nn.ModuleList([nn.Linear(hidden, hidden), nn.Linear(hidden, 1)])

    def translate(self, a, b, x):
        return getattr(self, f"{a}_to_{b}")(x)

    def cycle(self, a, b, x):
        return self.translate(b, a, self.translate(a, b, x)[1])[1]

    def predict(self, x):
        fused = []
        for a, b in self.PAIRS:
            (there, at_b), (back, at_a) = self.translate(a, b, x[a]), self.translate(b, a, x[b])
            of_there, of_back = (at_b - x[b]).abs().sum((1, 2)), (at_a - x[a]).abs().sum((1, 2))
            both = of_there + of_back + 1e-8
            fused += [there * (of_there / both)[:, None, None], back * (of_back / both)[:, None, None]]
        state = self.lstm(torch.cat(fused, 2))[0][:, -1]
        return self.post[1](torch.relu(self.post[0](state)))[:, 0]

    def predict_subset(self, subset, x):
        source = next(m for m in ("text", "audio", "vision") if m[0].upper() in subset)
        return self.predict({m: x[m] if m[0].upper() in subset else self.translate(source, m, x[source])[1] for m in x})


def ctfn(folder):
    torch.manual_seed(4)
    model = Ctfn(5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.5 if parameter.dim() > 1 else 1).add_(0.2 * torch.randn_like(parameter) * (parameter.dim() == 1))
    inputs = {name: torch.randn(BATCH, STEPS, width) for name, width in
              (("text", TEXT), ("audio", AUDIO), ("vision", VISION))}
    labels = torch.tensor([1.2, -0.6, 0.0, 2.4, -1.8])
    tensors = {f"input.{name}": x for name, x in inputs.items()} | {"input.labels": labels}
    tensors |= {f"param.{name}": parameter for name, parameter in model.named_parameters()}
    for stage in range(3):
        model.zero_grad(set_to_none=True)
        if stage == 2:
            tensors["output.M"] = model.predict(inputs)
            loss = (tensors["output.M"] - labels).abs().mean()
        else:
            pairs = [pair if stage == 0 else pair[::-1] for pair in model.PAIRS]
            loss = sum(((model.cycle(a, b, inputs[a]) - inputs[a]) ** 2).mean() for a, b in pairs)
        loss.backward()
        tensors[f"loss.stage{stage}"] = loss
        tensors |= {f"grad_stage{stage}.{name}": parameter.grad.clone() for name, parameter in model.named_parameters()
                    if parameter.grad is not None}
    tensors["eval.subsets"] = torch.stack([model.predict_subset(subset, inputs) for subset in model.SUBSETS])
    save(folder / "ctfn.safetensors", tensors, {"model": "ctfn"})


if __name__ == "__main__":
    target_folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    mctn(target_folder)
    ctfn(target_folder)
