"""MMIM: bounds of the information between the modalities' vectors; an epoch has two passes, of an optimiser each."""
import torch
from torch import nn
from torch.nn import functional

from .baseline import Baseline, SequenceEncoder, packed

HIDDEN, OUT, FUSED = 16, 16, 128
ALPHA = BETA = 0.1


class FinalStates(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.lstm = nn.LSTM(width, HIDDEN, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(2 * HIDDEN, OUT)

    def forward(self, frames, lengths):
        _, (state, _) = self.lstm(packed(frames, lengths))
        return self.linear(torch.cat([state[0], state[1]], 1))


class Estimator(nn.Module):
    """Of text with another modality."""

    def __init__(self, text):
        super().__init__()
        self.mean, self.log_variance = (nn.Sequential(nn.Linear(text, OUT), nn.ReLU(), nn.Linear(OUT, OUT)) for _ in range(2))
        self.reduce = nn.Sequential(nn.Linear(OUT, OUT // 4), nn.Tanh())
        self.memory = None

    def likelihood(self, text, other):
        return (-(self.mean(text) - other).pow(2) / (2 * self.log_variance(text).exp())).sum(1).mean()

    def entropy(self, reduced, labels):
        if self.memory is None:
            return 0
        rows, signs = torch.cat([self.memory[0], reduced]), torch.cat([self.memory[1], labels]).sign()
        total = 0
        for sign in (1, -1):
            chosen = rows[signs == sign]
            if len(chosen) <= chosen.shape[1]:
                return 0
            centred = chosen - chosen.mean(0)
            total = total + 0.25 * torch.logdet(centred.t() @ centred / len(chosen))
        return total


def contrast(x, guessed):
    x, guessed = functional.normalize(x, dim=1), functional.normalize(guessed, dim=1)
    return ((x @ guessed.t()).logsumexp(1) - (x * guessed).sum(1)).mean()


class Mmim(Baseline):
    WEIGHT_DECAY, PASSES = 1e-4, 2

    def __init__(self, widths):
        super().__init__()
        text = SequenceEncoder.WIDTH
        self.text, self.audio, self.vision = SequenceEncoder(widths[0]), FinalStates(widths[1]), FinalStates(widths[2])
        self.estimators = nn.ModuleList([Estimator(text), Estimator(text)])
        self.dropout = nn.Dropout(0.1)
        self.fusion = nn.Sequential(nn.Linear(text + 2 * OUT, FUSED), nn.Tanh(), nn.Linear(FUSED, FUSED), nn.Tanh())
        self.out = nn.Linear(FUSED, 1)
        self.guess = nn.ModuleList([nn.Linear(FUSED, width) for width in (text, OUT, OUT)])

    def prepare(self, split):
        estimators = set(self.estimators.parameters())
        rest = [p for p in self.parameters() if p not in estimators]
        self.optimizers = [torch.optim.Adam(group, lr=self.LEARNING_RATE, weight_decay=self.WEIGHT_DECAY)
                           for group in (estimators, rest)]

    def loss(self, batch, estimating):
        vectors = [getattr(self, name)(batch.frames[name], batch.lengths[name]) for name in ("text", "audio", "vision")]
        likelihood = sum(own.likelihood(vectors[0], x) for own, x in zip(self.estimators, vectors[1:]))
        if estimating:
            return -likelihood
        reduced = [own.reduce(x) for own, x in zip(self.estimators, vectors[1:])]
        fused = self.fusion(self.dropout(torch.cat(vectors, 1)))
        entropy = sum(own.entropy(x, batch.labels) for own, x in zip(self.estimators, reduced))
        for own, x in zip(self.estimators, reduced):
            own.memory = (x.detach(), batch.labels)
        nce = sum(contrast(x, guess(fused)) for x, guess in zip(vectors, self.guess))
        task = functional.l1_loss(self.out(fused).squeeze(1), batch.labels)
        return task + ALPHA * nce - BETA * (likelihood + entropy)

    def train_step(self, batch):
        turn = self.batches % self.PASSES
        self.batches += 1
        loss = self.loss(batch, estimating=turn == 0)
        self.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters(), 1.0)
        self.optimizers[turn].step()
        return loss.item()
