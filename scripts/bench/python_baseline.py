#!/usr/bin/env python3
"""MissModal trained as a Python script would, padded batches through torch.nn: seconds of a step, and trials an hour.

   python_baseline.py DATA [--device cuda] [--mode fp32|tf32|compiled] [--encoder sequence|bert] [--epochs 50]
                      [--batch-size 32] [--steps 50] [--bert-layers 12] [--bert-width 768]

Prints JSON. The network is scripts/make_golden.py's at the paper's sizes, with its dropout; a trial is counted as its
training steps alone. DATA is a dataset of ours: its lengths and widths count, not its numbers.
"""
import argparse
import json
import struct
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import make_golden as reference  # noqa: E402

CASE = {"geo": "gmc", "dis": "mean_sq", "terms": ["task", "geo", "dis", "sem"]}
WARM_UP_STEPS = 5


def lengths_and_widths(path):
    raw = Path(path).read_bytes()
    size, = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + size])
    lengths = {}
    for modality in reference.WIDTHS:
        begin, end = header[f"train.{modality}_lengths"]["data_offsets"]
        lengths[modality] = np.frombuffer(raw[8 + size + begin:8 + size + end], "<i4").tolist()
    return lengths, {modality: header[f"train.{modality}"]["shape"][1] for modality in reference.WIDTHS}


def make_model(options, widths):
    reference.HIDDEN, reference.LAYERS, reference.HEADS, reference.FUSION = 64, 3, 4, 128
    reference.WIDTHS.update(widths)
    reference.BERT.update(vocab_size=30522, hidden_size=options.bert_width, num_hidden_layers=options.bert_layers,
                          num_attention_heads=max(1, options.bert_width // 64),
                          intermediate_size=4 * options.bert_width, max_position_embeddings=512)
    model = reference.MissModal(options.encoder)
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.1
        if isinstance(module, nn.MultiheadAttention):
            module.dropout = 0.1
    return model.to(options.device)


def make_batch(options, lengths, chosen):
    batch = {"labels": torch.rand(len(chosen), device=options.device) * 6 - 3}
    for modality, width in reference.WIDTHS.items():
        own = [lengths[modality][i] for i in chosen]
        batch[modality] = (torch.randn(len(own), max(own), width, device=options.device), own)
        if modality == "text" and options.encoder == "bert":
            batch[modality] = (torch.randint(1, 30522, (len(own), max(own)), device=options.device), own)
    return batch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--mode", choices=["fp32", "tf32", "compiled"], default="fp32")
    parser.add_argument("--encoder", choices=["sequence", "bert"], default="sequence")
    parser.add_argument("--epochs", type=int, default=50)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--bert-layers", type=int, default=12)
    parser.add_argument("--bert-width", type=int, default=768)
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("python_baseline: this PyTorch sees no GPU")
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.mode == "tf32"
    torch.manual_seed(1111)
    lengths, widths = lengths_and_widths(options.data)
    # The reference makes masks and positions where the lengths are, on the CPU.
    padding, arange = reference.key_padding, torch.arange
    reference.key_padding = lambda own, longest: padding(own, longest).to(options.device)
    if options.device == "cuda" and options.encoder == "bert":
        torch.arange = lambda *arguments, **named: arange(*arguments, **named).to(options.device)
        reference.key_padding = lambda own, longest: (
            arange(longest)[None, :] >= torch.tensor(own)[:, None]).to(options.device)
    model = make_model(options, widths)
    losses = torch.compile(reference.losses) if options.mode == "compiled" else reference.losses
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.01)
    count = len(lengths["text"])
    order, steps = torch.randperm(count).tolist(), -(-count // options.batch_size)

    def step(number):
        first = number % steps * options.batch_size
        total, _ = losses(model, make_batch(options, lengths, order[first:first + options.batch_size]), CASE)
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        return total.item()  # as a script logs it

    for number in range(WARM_UP_STEPS):
        step(number)
    start = time.monotonic()
    for number in range(options.steps):
        step(number)
    seconds = (time.monotonic() - start) / options.steps
    print(json.dumps({"torch": torch.__version__, "mode": options.mode, "encoder": options.encoder,
                      "device": torch.cuda.get_device_name() if options.device == "cuda" else "cpu",
                      "step_seconds": seconds, "trials_an_hour": 3600 / (seconds * steps * options.epochs)}))


if __name__ == "__main__":
    main()
