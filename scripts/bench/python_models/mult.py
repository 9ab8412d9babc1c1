"""MulT: each modality looks at the two others, what it saw goes through a Transformer of its own. (time, batch, width)"""
import torch
from torch import nn
from torch.nn import functional

from .baseline import Baseline
from .batch import MODALITIES


class Layer(nn.Module):
    def __init__(self, width, heads, attention_dropout):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, attention_dropout)
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.feed_forward = nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width))

    def forward(self, x, others, mask):
        queries = self.norms[0](x)
        keys = queries if others is None else self.norms[0](others)
        x = x + self.attention(queries, keys, keys, attn_mask=mask, need_weights=False)[0]
        return x + self.feed_forward(self.norms[1](x))


class CrossModalTransformer(nn.Module):
    EMBEDDING_DROPOUT = 0.2

    def __init__(self, width, heads, layers, attention_dropout):
        super().__init__()
        self.scale = width ** 0.5
        self.layers = nn.ModuleList([Layer(width, heads, attention_dropout) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)

    def embed(self, x):
        return functional.dropout(x * self.scale, self.EMBEDDING_DROPOUT, self.training)

    def forward(self, x, others=None):
        steps, keys = len(x), len(x if others is None else others)
        mask = torch.ones(steps, keys, dtype=torch.bool).triu(1 + abs(steps - keys))
        x, others = self.embed(x), None if others is None else self.embed(others)
        for layer in self.layers:
            x = layer(x, others, mask)
        return self.norm(x)


class Mult(Baseline):
    BATCH_SIZE, LEARNING_RATE, ACCUMULATION, CLIP_VALUE = 16, 2e-3, 8, 0.6
    WIDTH, HEADS, LEVELS, KERNEL = 50, 10, 4, 5
    ATTENTION_DROPOUT = {"text": 0.3, "audio": 0.2, "vision": 0.0}

    def __init__(self, widths):
        super().__init__()
        self.convolutions = nn.ModuleDict({modality: nn.Conv1d(width, self.WIDTH, self.KERNEL, bias=False)
                                           for modality, width in zip(MODALITIES, widths)})
        self.across = nn.ModuleDict({
            f"{a}_{b}": CrossModalTransformer(self.WIDTH, self.HEADS, self.LEVELS, self.ATTENTION_DROPOUT[b])
            for a in MODALITIES for b in MODALITIES if a != b})
        self.memories = nn.ModuleDict({
            modality: CrossModalTransformer(2 * self.WIDTH, self.HEADS, max(self.LEVELS, 3), self.ATTENTION_DROPOUT["text"])
            for modality in MODALITIES})
        self.proj1, self.proj2 = nn.Linear(6 * self.WIDTH, 6 * self.WIDTH), nn.Linear(6 * self.WIDTH, 6 * self.WIDTH)
        self.out = nn.Linear(6 * self.WIDTH, 1)

    def forward(self, batch):
        convolved = {}
        for modality in MODALITIES:
            x = batch.frames[modality]
            if modality == "text":
                x = functional.dropout(x, 0.5, self.training)
            convolved[modality] = self.convolutions[modality](x.transpose(1, 2)).permute(2, 0, 1)
        last = []
        for a in MODALITIES:
            seen = [self.across[f"{a}_{b}"](convolved[a], convolved[b]) for b in MODALITIES if a != b]
            last.append(self.memories[a](torch.cat(seen, 2))[-1])
        last = torch.cat(last, 1)
        inner = functional.dropout(torch.relu(self.proj1(last)), 0.5, self.training)
        return self.out(self.proj2(inner) + last).squeeze(1)
