"""What a checkpoint of route subset predicts, with nothing but torch.nn.

   predict_reference.py CHECKPOINT DATA SPLIT   prints SUBSET PREDICTION, one utterance a line, subset by subset
"""
import json
import struct
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional


def load(path):
    raw = open(path, "rb").read()
    (size,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + size])
    metadata = header.pop("__metadata__")
    return metadata, {name: torch.from_numpy(np.frombuffer(
        raw, {"F32": "<f4", "I32": "<i4"}[t["dtype"]], int(np.prod(t["shape"])),
        8 + size + t["data_offsets"][0]).reshape(t["shape"]).copy()) for name, t in header.items()}


def bert(part, configuration, ids):
    """What BertModel (transformers) has at [CLS]: post-LayerNorm layers, the exact gelu."""
    width, heads = configuration["hidden_size"], configuration["num_attention_heads"]
    norm = lambda x, name: functional.layer_norm(x, (width,), part[f"{name}.weight"], part[f"{name}.bias"],
                                                 configuration["layer_norm_eps"])
    linear = lambda x, name: functional.linear(x, part[f"{name}.weight"], part[f"{name}.bias"])
    embeddings = lambda name: part[f"embeddings.{name}_embeddings.weight"]
    x = norm(embeddings("word")[ids] + embeddings("position")[:len(ids)] + embeddings("token_type")[0],
             "embeddings.LayerNorm")
    for number in range(configuration["num_hidden_layers"]):
        layer = f"encoder.layer.{number}."
        query, key, value = (linear(x, f"{layer}attention.self.{role}").view(len(ids), heads, -1).transpose(0, 1)
                             for role in ("query", "key", "value"))
        weights = torch.softmax(query @ key.transpose(1, 2) / (width // heads) ** 0.5, dim=2)
        context = (weights @ value).transpose(0, 1).reshape(len(ids), width)
        x = norm(x + linear(context, f"{layer}attention.output.dense"), f"{layer}attention.output.LayerNorm")
        inner = functional.gelu(linear(x, f"{layer}intermediate.dense"))
        x = norm(x + linear(inner, f"{layer}output.dense"), f"{layer}output.LayerNorm")
    return x[0]


@torch.no_grad()
def predictions(checkpoint, data, split):
    metadata, tensors = load(checkpoint)
    model, (_, data) = json.loads(metadata["configuration"])["model"], load(data)
    part = lambda prefix: {name[len(prefix):]: t for name, t in tensors.items() if name.startswith(prefix)}
    encoded = {}
    for letter, modality in ("T", "text"), ("A", "audio"), ("V", "vision"):
        if letter == "T" and model["text"]["encoder"] == "bert":
            configuration = json.loads(metadata["bert_config"])
            texts = data[f"{split}.tokens"].long().split(data[f"{split}.text_lengths"].tolist())
            encoded[letter] = torch.stack([bert(part("text.bert."), configuration, ids) for ids in texts])
            continue
        x, lengths = data[f"{split}.{modality}"], data[f"{split}.{modality}_lengths"].tolist()
        if letter != "T":
            x = (x - tensors[f"normalize.{modality}.mean"]) / tensors[f"normalize.{modality}.std"]
        width = 2 * model["hidden"]
        lstm = nn.LSTM(x.shape[1], model["hidden"], bidirectional=True, batch_first=True)
        layer = nn.TransformerEncoderLayer(width, model["heads"], model["feed_forward"] * width, batch_first=True)
        encoder = nn.TransformerEncoder(layer, model["layers"]).eval()
        lstm.load_state_dict(part(modality + ".lstm.")), encoder.load_state_dict(part(modality + ".encoder."))
        encoded[letter] = torch.stack([encoder(lstm(frames[None])[0])[0, -1] for frames in x.split(lengths)])
    fused = model["fusion_width"]
    predictor = nn.Sequential(nn.Linear(fused, fused), nn.ReLU(), nn.Linear(fused, 1))
    predictor.load_state_dict(part("predictor."))
    for subset in "TAV", "T", "A", "V", "TA", "TV", "AV":
        fusion = nn.Sequential(nn.Linear(sum(encoded[letter].shape[1] for letter in subset), fused), nn.ReLU(), nn.Dropout(0), nn.Linear(fused, fused))
        fusion.load_state_dict(part(f"fusion.{subset}."))
        yield subset, predictor(fusion(torch.cat([encoded[letter] for letter in subset], 1)))[:, 0].tolist()


if __name__ == "__main__":
    for subset, values in predictions(*sys.argv[1:]):
        for value in values:
            print(subset, repr(value))
