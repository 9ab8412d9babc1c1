#!/usr/bin/env python3
"""Writes the reference tensors that tests/trainer/model compare with: inputs, parameters, outputs, losses, gradients.

Plain PyTorch, independent of the C++ code: padded batches, nn.LSTM on packed sequences, nn.TransformerEncoderLayer, an
eager BERT under Hugging Face's names. Dropout is off. Usage: make_golden.py FOLDER
"""
import json
import math
import pathlib
import struct
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

SUBSETS = ["TAV", "T", "A", "V", "TA", "TV", "AV"]
HIDDEN, LAYERS, HEADS, FUSION = 4, 2, 2, 6
WIDTHS = {"text": 7, "audio": 3, "vision": 5}
BERT = {"vocab_size": 11, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16,
        "max_position_embeddings": 9, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
        "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02}


def save(path, tensors, metadata):
    header, blobs, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        array = tensors[name].detach().numpy()
        kind = {"float32": "F32", "int32": "I32"}[str(array.dtype)]
        blobs.append(numpy.ascontiguousarray(array).tobytes())
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [offset, offset + len(blobs[-1])]}
        offset += len(blobs[-1])
    text = json.dumps(header, sort_keys=True).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def key_padding(lengths, time):
    return torch.arange(time)[None, :] >= torch.tensor(lengths)[:, None]


class SequenceEncoder(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.lstm = nn.LSTM(width, HIDDEN, bidirectional=True, batch_first=True)
        layer = nn.TransformerEncoderLayer(2 * HIDDEN, HEADS, 8 * HIDDEN, dropout=0.0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, LAYERS)
        self.width = 2 * HIDDEN

    def forward(self, padded, lengths):
        packed = pack_padded_sequence(padded, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=padded.shape[1])
        out = self.encoder(states, src_key_padding_mask=key_padding(lengths, padded.shape[1]))
        return torch.stack([out[i, n - 1] for i, n in enumerate(lengths)])


class SelfAttention(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))

    def forward(self, x, padding):
        heads = BERT["num_attention_heads"]

        def split(y):
            return y.view(*y.shape[:2], heads, -1).transpose(1, 2)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])
        scores = scores.masked_fill(padding[:, None, None, :], -math.inf)
        return (scores.softmax(-1) @ v).transpose(1, 2).reshape(x.shape)


class Output(nn.Module):
    def __init__(self, in_width, width):
        super().__init__()
        self.dense = nn.Linear(in_width, width)
        self.LayerNorm = nn.LayerNorm(width, eps=BERT["layer_norm_eps"])

    def forward(self, x, residual):
        return self.LayerNorm(self.dense(x) + residual)


class BertLayer(nn.Module):
    def __init__(self):
        super().__init__()
        width, inner = BERT["hidden_size"], BERT["intermediate_size"]
        self.attention = nn.ModuleDict({"self": SelfAttention(width), "output": Output(width, width)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(width, inner)})
        self.output = Output(inner, width)

    def forward(self, x, padding):
        x = self.attention["output"](self.attention["self"](x, padding), x)
        return self.output(functional.gelu(self.intermediate["dense"](x)), x)


class Bert(nn.Module):
    def __init__(self):
        super().__init__()
        width = BERT["hidden_size"]
        self.embeddings = nn.ModuleDict({
            "word_embeddings": nn.Embedding(BERT["vocab_size"], width),
            "position_embeddings": nn.Embedding(BERT["max_position_embeddings"], width),
            "token_type_embeddings": nn.Embedding(BERT["type_vocab_size"], width),
            "LayerNorm": nn.LayerNorm(width, eps=BERT["layer_norm_eps"])})
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(BertLayer() for _ in range(BERT["num_hidden_layers"]))})


class BertEncoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.bert = Bert()
        self.width = BERT["hidden_size"]

    def forward(self, ids, lengths):
        parts, time = self.bert.embeddings, ids.shape[1]
        x = parts["word_embeddings"](ids) + parts["position_embeddings"](torch.arange(time))[None]
        x = parts["LayerNorm"](x + parts["token_type_embeddings"](torch.zeros_like(ids)))
        for layer in self.bert.encoder["layer"]:
            x = layer(x, key_padding(lengths, time))
        return x[:, 0]


class MissModal(nn.Module):
    def __init__(self, text_encoder):
        super().__init__()
        self.text = BertEncoder() if text_encoder == "bert" else SequenceEncoder(WIDTHS["text"])
        self.audio, self.vision = SequenceEncoder(WIDTHS["audio"]), SequenceEncoder(WIDTHS["vision"])
        widths = {"T": self.text.width, "A": self.audio.width, "V": self.vision.width}
        self.fusion = nn.ModuleDict({s: nn.Sequential(
            nn.Linear(sum(widths[m] for m in s), FUSION), nn.ReLU(), nn.Dropout(0.0), nn.Linear(FUSION, FUSION))
            for s in SUBSETS})
        self.predictor = nn.Sequential(nn.Linear(FUSION, FUSION), nn.ReLU(), nn.Linear(FUSION, 1))

    def encode(self, batch):
        return {"T": self.text(*batch["text"]), "A": self.audio(*batch["audio"]), "V": self.vision(*batch["vision"])}

    def fuse(self, encoded, subset):
        return self.fusion[subset](torch.cat([encoded[m] for m in subset], 1))

    def predict(self, fused):
        return self.predictor(fused).squeeze(-1)


def geo_gmc(m, s, tau):
    z = functional.normalize(torch.cat([m, s]), dim=1)
    similarity = torch.exp(z @ z.T / tau)
    denominator = similarity.sum(1) - similarity.diagonal()
    positive = torch.exp((functional.normalize(m, dim=1) * functional.normalize(s, dim=1)).sum(1) / tau)
    return -torch.log(positive.repeat(2) / denominator).mean()


def geo_negatives(m, s, tau):
    m, s = functional.normalize(m, dim=1), functional.normalize(s, dim=1)
    total = 0
    for i in range(len(m)):
        omega = sum(torch.exp(m[i] @ m[j] / tau) + torch.exp(s[i] @ s[j] / tau) + torch.exp(s[i] @ m[j] / tau)
                    for j in range(len(m)) if j != i)
        total = total - torch.log(torch.exp(m[i] @ s[i] / tau) / omega)
    return total / len(m)


GEO = {"gmc": geo_gmc, "negatives": geo_negatives}
DIS = {"mean_sq": lambda m, s: (s - m).pow(2).sum(1).mean() / m.shape[1],
       "sq": lambda m, s: (s - m).pow(2).sum(1).mean(),
       "l2": lambda m, s: (s - m).pow(2).sum(1).sqrt().mean()}
ALPHA, BETA, TAU = 0.5, 0.25, 0.7


def losses(model, batch, case):
    encoded = model.encode(batch)
    full = model.fuse(encoded, "TAV")
    terms = {"task": (model.predict(full) - batch["labels"]).abs().mean()}
    if len(case["terms"]) > 1:
        partial = [model.fuse(encoded, s) for s in SUBSETS[1:]]
        terms["geo"] = sum(GEO[case["geo"]](full, s, TAU) for s in partial) / 6
        terms["dis"] = sum(DIS[case["dis"]](full, s) for s in partial) / 6
        terms["sem"] = sum((model.predict(s) - batch["labels"]).abs().mean() for s in partial) / 6
    weights = {"task": 1, "geo": ALPHA, "dis": BETA, "sem": 1}
    terms = {name: terms[name] for name in case["terms"]}
    return sum(weights[name] * loss for name, loss in terms.items()), terms


def make_batch(text_encoder, lengths):
    batch = {"labels": torch.rand(len(lengths["text"])) * 6 - 3}
    for modality, width in WIDTHS.items():
        time = max(lengths[modality]) + 2  # padding that must not matter
        batch[modality] = (torch.randn(len(lengths[modality]), time, width), lengths[modality])
    if text_encoder == "bert":
        n = lengths["text"]
        batch["text"] = (torch.randint(1, BERT["vocab_size"], (len(n), max(n) + 1)), n)
    return batch


def ragged(padded, lengths):
    return torch.cat([padded[i, :n] for i, n in enumerate(lengths)])


def randomise(model):
    """Biases and LayerNorm too, so that no gradient is trivially right."""
    for parameter in model.parameters():
        nn.init.uniform_(parameter, -0.4, 0.4)
    for name, parameter in model.named_parameters():
        if "norm" in name.lower() and name.endswith("weight"):
            nn.init.uniform_(parameter, 0.7, 1.3)


def missing_rows(model, batch):
    """Route `full`: audio and vision frames zeroed, text representation zeroed, the full network."""
    rows = []
    for subset in SUBSETS:
        changed = dict(batch)
        for letter, modality in (("A", "audio"), ("V", "vision")):
            if letter not in subset:
                changed[modality] = (torch.zeros_like(batch[modality][0]), batch[modality][1])
        encoded = model.encode(changed)
        if "T" not in subset:
            encoded["T"] = torch.zeros_like(encoded["T"])
        rows.append(model.predict(model.fuse(encoded, "TAV")))
    return torch.stack(rows)


def train_ten(model, batch, case):
    """Ten AdamW steps: the text encoder's learning rate apart, no decay on biases and LayerNorm, clipped."""
    groups = []
    for pretrained in (True, False):
        for decay in (0.01, 0.0):
            chosen = [p for n, p in model.named_parameters()
                      if n.startswith("text.bert.") == pretrained and (p.dim() > 1) == (decay > 0)]
            if chosen:
                groups.append({"params": chosen, "lr": 2e-3 if pretrained else 1e-2, "weight_decay": decay})
    optimizer = torch.optim.AdamW(groups, eps=1e-8)
    totals, norms = [], []
    for _ in range(10):
        total, _ = losses(model, batch, case)
        optimizer.zero_grad(set_to_none=True)
        total.backward()
        norms.append(nn.utils.clip_grad_norm_([p for p in model.parameters() if p.grad is not None], 1.0))
        optimizer.step()
        totals.append(total.detach())
    return torch.stack(totals), torch.stack(norms)


def write_case(folder, name, case, seed):
    torch.manual_seed(seed)
    model = MissModal(case["text_encoder"])
    randomise(model)
    lengths = {"text": [3, 1, 5, 2], "audio": [2, 4, 1, 3], "vision": [6, 1, 2, 4]}
    batch = make_batch(case["text_encoder"], lengths)
    tensors = {"labels": batch["labels"]}
    for modality in WIDTHS:
        rows = ragged(*batch[modality])
        tensors[f"input.{modality}"] = rows if rows.dtype == torch.float32 else rows.to(torch.int32)
        tensors[f"lengths.{modality}"] = torch.tensor(lengths[modality], dtype=torch.int32)
    for key, parameter in model.named_parameters():
        tensors[f"parameter.{key}"] = parameter.detach().clone()
    with torch.no_grad():
        encoded = model.encode(batch)
        for letter, modality in (("T", "text"), ("A", "audio"), ("V", "vision")):
            tensors[f"encoded.{modality}"] = encoded[letter]
        tensors["predictions.subset"] = torch.stack([model.predict(model.fuse(encoded, s)) for s in SUBSETS])
        tensors["predictions.full"] = missing_rows(model, batch)
    total, terms = losses(model, batch, case)
    total.backward()
    tensors["loss.total"] = total.detach()
    for term, loss in terms.items():
        tensors[f"loss.{term}"] = loss.detach()
    for key, parameter in model.named_parameters():
        if parameter.grad is not None:
            tensors[f"gradient.{key}"] = parameter.grad
    tensors["ten.losses"], tensors["ten.norms"] = train_ten(model, batch, case)
    metadata = {"text_encoder": case["text_encoder"], "geo": case["geo"], "dis": case["dis"],
                "terms": ",".join(case["terms"])}
    if case["text_encoder"] == "bert":
        metadata["bert_config"] = json.dumps(BERT, sort_keys=True)
    save(folder / f"{name}.safetensors", tensors, metadata)


def write_optimizer_case(folder, name, case, seed):
    """Twelve batches of given gradients, over which only the optimiser decides."""
    torch.manual_seed(seed)
    parameters = {"matrix": torch.randn(3, 4).requires_grad_(), "bias": torch.randn(5).requires_grad_()}
    gradients = {key: torch.randn(12, *value.shape) for key, value in parameters.items()}
    tensors = {f"gradient.{key}": value for key, value in gradients.items()}
    tensors |= {f"start.{key}": value.detach().clone() for key, value in parameters.items()}
    kind = torch.optim.Adam if case["decay"] == "coupled" else torch.optim.AdamW
    optimizer = kind(parameters.values(), lr=0.05, weight_decay=0.2, eps=1e-8)
    plateau = None
    if "plateau" in case:
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1, threshold=0.25)
        tensors["metric"] = torch.tensor([1.0, 0.875, 1.0, 0.5, 0.5, 0.4375, 0.5, 0.625, 0.5, 0.25, 0.25, 0.25])
    after = {key: [] for key in parameters}
    for batch in range(12):
        if batch % case["accumulation"] == 0:
            optimizer.zero_grad(set_to_none=True)
        for key, value in parameters.items():
            value.grad = gradients[key][batch] + (0 if value.grad is None else value.grad)
        if (batch + 1) % case["accumulation"] == 0:
            if case["clip"] == "value":
                nn.utils.clip_grad_value_(parameters.values(), 0.6)
            elif case["clip"] == "norm":
                nn.utils.clip_grad_norm_(parameters.values(), 1.5)
            optimizer.step()
        if plateau is not None:
            plateau.step(float(tensors["metric"][batch]))
        for key, value in parameters.items():
            after[key].append(value.detach().clone())
    tensors |= {f"after.{key}": torch.stack(values) for key, values in after.items()}
    save(folder / f"{name}.safetensors", tensors, {key: str(value) for key, value in case.items()})


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    every = ["task", "geo", "dis", "sem"]
    cases = {
        "sequence_gmc_mean_sq": {"text_encoder": "sequence", "geo": "gmc", "dis": "mean_sq", "terms": every},
        "sequence_negatives_sq": {"text_encoder": "sequence", "geo": "negatives", "dis": "sq", "terms": every},
        "sequence_task": {"text_encoder": "sequence", "geo": "gmc", "dis": "mean_sq", "terms": ["task"]},
        "bert_gmc_l2": {"text_encoder": "bert", "geo": "gmc", "dis": "l2", "terms": every},
        "bert_task": {"text_encoder": "bert", "geo": "gmc", "dis": "mean_sq", "terms": ["task"]},
    }
    for number, (name, case) in enumerate(cases.items()):
        write_case(folder, name, case, 7 + number)
    optimizers = {
        "optimizer_adam": {"decay": "coupled", "clip": "nothing", "accumulation": 1},
        "optimizer_adam_norm": {"decay": "coupled", "clip": "norm", "accumulation": 1},
        "optimizer_adam_value": {"decay": "coupled", "clip": "value", "accumulation": 2},
        "optimizer_adamw_value": {"decay": "decoupled", "clip": "value", "accumulation": 1},
        "optimizer_adamw_accumulated": {"decay": "decoupled", "clip": "norm", "accumulation": 3},
        "optimizer_adam_plateau": {"decay": "coupled", "clip": "norm", "accumulation": 1, "plateau": "each batch"},
    }
    for number, (name, case) in enumerate(optimizers.items()):
        write_optimizer_case(folder, name, case, 70 + number)


if __name__ == "__main__":
    main()
