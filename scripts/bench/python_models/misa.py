"""MISA: each modality's vector is split into a shared and a private one; the six are tokens of a Transformer layer."""
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pad_packed_sequence

from .baseline import Baseline, SequenceEncoder, packed

WIDTH = 128


class Recurrence(nn.Module):
    """Two BiLSTMs with a LayerNorm between. -> (b, 4 width): their final states."""

    def __init__(self, width):
        super().__init__()
        self.first = nn.LSTM(width, width, bidirectional=True, batch_first=True)
        self.norm = nn.LayerNorm(2 * width)
        self.second = nn.LSTM(2 * width, width, bidirectional=True, batch_first=True)

    def forward(self, frames, lengths):
        states, (first, _) = self.first(packed(frames, lengths))
        states, _ = pad_packed_sequence(states, batch_first=True)
        _, (second, _) = self.second(packed(self.norm(states), lengths))
        return torch.cat([first, second], 2).permute(1, 0, 2).flatten(1)


def difference(one, other):
    def unit_rows(x):
        x = x - x.mean(0, keepdim=True)
        return x / (x.detach().norm(dim=1, keepdim=True) + 1e-6)
    return (unit_rows(one).t() @ unit_rows(other)).pow(2).mean()


def moment_discrepancy(one, other):
    means = one.mean(0), other.mean(0)
    centred = one - means[0], other - means[1]
    total = (means[0] - means[1]).norm()
    for order in range(2, 6):
        total = total + (centred[0].pow(order).mean(0) - centred[1].pow(order).mean(0)).norm()
    return total


class Misa(Baseline):
    BATCH_SIZE, LEARNING_RATE, ACCUMULATION, CLIP_VALUE = 16, 1e-4, 2, 0.8

    def __init__(self, widths):
        super().__init__()
        self.text, self.audio, self.vision = SequenceEncoder(widths[0]), Recurrence(widths[1]), Recurrence(widths[2])
        self.project = nn.ModuleList([nn.Sequential(nn.Linear(width, WIDTH), nn.ReLU(), nn.LayerNorm(WIDTH))
                                      for width in (SequenceEncoder.WIDTH, 4 * widths[1], 4 * widths[2])])
        self.private = nn.ModuleList([nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Sigmoid()) for _ in range(3)])
        self.shared = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.Sigmoid())
        self.reconstruct = nn.ModuleList([nn.Linear(WIDTH, WIDTH) for _ in range(3)])
        self.transformer = nn.TransformerEncoderLayer(WIDTH, 2, 2048, dropout=0.1, batch_first=True)
        self.head = nn.Sequential(nn.Linear(6 * WIDTH, 3 * WIDTH), nn.Dropout(0.2), nn.ReLU(), nn.Linear(3 * WIDTH, 1))

    def loss(self, batch):
        vectors = [getattr(self, name)(batch.frames[name], batch.lengths[name]) for name in ("text", "audio", "vision")]
        vectors = [project(x) for project, x in zip(self.project, vectors)]
        private = [network(x) for network, x in zip(self.private, vectors)]
        shared = [self.shared(x) for x in vectors]
        back = [linear(p + s) for linear, p, s in zip(self.reconstruct, private, shared)]
        fused = self.transformer(torch.stack([x[i] for x in (private, shared) for i in (0, 2, 1)], 1))
        loss = functional.mse_loss(self.head(fused.flatten(1)).squeeze(1), batch.labels)
        pairs = [*zip(private, shared), *zip(private, private[1:] + private[:1])]
        loss = loss + 0.1 * sum(difference(one, other) for one, other in pairs)
        loss = loss + 0.3 * sum(moment_discrepancy(one, other) for one, other in zip(shared, shared[1:] + shared[:1])) / 3
        return loss + sum(functional.mse_loss(found, x) for found, x in zip(back, vectors)) / 3
