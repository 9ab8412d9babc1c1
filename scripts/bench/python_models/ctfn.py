"""CTFN (re-derived): a translator for each ordered pair of modalities; three steps a batch, two of them the translators'."""
import torch
from torch import nn
from torch.nn import functional

from .baseline import Baseline
from .batch import MODALITIES

PAIRS = (("text", "audio"), ("text", "vision"), ("audio", "vision"))
STEPS, WIDTH, HEADS, LAYERS, FEED_FORWARD, HIDDEN = 20, 128, 8, 2, 256, 128


class Layer(nn.Module):
    """One LayerNorm for both halves."""

    def __init__(self):
        super().__init__()
        self.attention = nn.MultiheadAttention(WIDTH, HEADS, batch_first=True)
        self.feed_forward = nn.Sequential(nn.Linear(WIDTH, FEED_FORWARD), nn.ReLU(), nn.Linear(FEED_FORWARD, WIDTH))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, x):
        x = self.norm(x + self.attention(x, x, x, need_weights=False)[0])
        return self.norm(x + self.feed_forward(x))


class Translator(nn.Module):
    def __init__(self, width, out):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, WIDTH), nn.ReLU(), nn.Dropout(0.5), *(Layer() for _ in range(LAYERS)),
                                    nn.LayerNorm(WIDTH))
        self.out = nn.Linear(WIDTH, out)

    def forward(self, x):
        knowledge = self.layers(x)
        return knowledge, self.out(knowledge)


class Ctfn(Baseline):
    def __init__(self, widths):
        super().__init__()
        width = dict(zip(MODALITIES, widths))
        self.translators = nn.ModuleDict(
            {f"{a}_{b}": Translator(width[a], width[b]) for a in width for b in width if a != b})
        self.lstm = nn.LSTM(2 * len(PAIRS) * WIDTH, HIDDEN, batch_first=True)
        self.post = nn.Sequential(nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1))

    def prepare(self, split):
        translators = set(self.translators.parameters())
        self.translating = torch.optim.Adam(translators, lr=self.LEARNING_RATE)
        self.fusing = torch.optim.Adam([p for p in self.parameters() if p not in translators], lr=self.LEARNING_RATE)

    def cycle(self, x, a, b):
        there = self.translators[f"{a}_{b}"](x[a])[1]
        return functional.mse_loss(self.translators[f"{b}_{a}"](there)[1], x[a])

    def predict(self, x):
        fused = []
        for a, b in PAIRS:
            there, at_b = self.translators[f"{a}_{b}"](x[a])
            back, at_a = self.translators[f"{b}_{a}"](x[b])
            of_there, of_back = (at_b - x[b]).abs().sum((1, 2)), (at_a - x[a]).abs().sum((1, 2))
            both = of_there + of_back + 1e-8
            fused += [there * (of_there / both)[:, None, None], back * (of_back / both)[:, None, None]]
        _, (state, _) = self.lstm(torch.cat(fused, 2))
        return self.post(state[-1]).squeeze(1)

    def train_step(self, batch):
        x = {modality: batch.steps(modality, STEPS) for modality in MODALITIES}
        for ahead in (True, False):
            loss = sum(self.cycle(x, a, b) if ahead else self.cycle(x, b, a) for a, b in PAIRS)
            self.translating.zero_grad(set_to_none=True)
            loss.backward()
            self.translating.step()
        loss = functional.l1_loss(self.predict(x), batch.labels)
        for optimizer in (self.translating, self.fusing):
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for optimizer in (self.translating, self.fusing):
            optimizer.step()
        return loss.item()
