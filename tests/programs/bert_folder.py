"""A tiny folder of BERT weights as Hugging Face writes them: random, under the hub's names with its heads."""

import json
import random
import struct
from array import array

CONFIGURATION = {
    "architectures": ["BertForMaskedLM"], "model_type": "bert", "vocab_size": 30522, "hidden_size": 8,
    "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 12, "max_position_embeddings": 16,
    "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "hidden_dropout_prob": 0.1,
    "attention_probs_dropout_prob": 0.1, "initializer_range": 0.02,
}


def shapes(configuration):
    width, inner = configuration["hidden_size"], configuration["intermediate_size"]
    linear = lambda name, out, into: {f"{name}.weight": [out, into], f"{name}.bias": [out]}
    norm = lambda name: {f"{name}.gamma": [width], f"{name}.beta": [width]}
    tensors = {"bert.embeddings.word_embeddings.weight": [configuration["vocab_size"], width],
               "bert.embeddings.position_embeddings.weight": [configuration["max_position_embeddings"], width],
               "bert.embeddings.token_type_embeddings.weight": [configuration["type_vocab_size"], width],
               **norm("bert.embeddings.LayerNorm")}
    for number in range(configuration["num_hidden_layers"]):
        layer = f"bert.encoder.layer.{number}."
        for role in ("query", "key", "value"):
            tensors |= linear(f"{layer}attention.self.{role}", width, width)
        tensors |= linear(f"{layer}attention.output.dense", width, width) | norm(f"{layer}attention.output.LayerNorm")
        tensors |= linear(f"{layer}intermediate.dense", inner, width) | linear(f"{layer}output.dense", width, inner)
        tensors |= norm(f"{layer}output.LayerNorm")
    return tensors | linear("bert.pooler.dense", width, width) | {"cls.predictions.bias": [configuration["vocab_size"]]}


def write_bert(folder, seed=1, **changed):
    """`changed`: keys of config.json."""
    configuration = CONFIGURATION | changed
    numbers, header, data = random.Random(seed), {"__metadata__": {"format": "pt"}}, bytearray()
    for name, shape in shapes(configuration).items():
        count = shape[0] * (shape[1] if len(shape) > 1 else 1)
        around = 1.0 if name.endswith("gamma") else 0.0
        values = array("f", (around + numbers.uniform(-0.5, 0.5) for _ in range(count)))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
        data += values.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    folder.mkdir(exist_ok=True)
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    (folder / "config.json").write_text(json.dumps(configuration))
