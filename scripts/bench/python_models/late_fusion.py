"""LF-DNN, TFN and LMF: a vector of each modality, and three ways to look at them."""
import torch
from torch import nn
from torch.nn import functional

from .baseline import Baseline


class SubNet(nn.Sequential):
    def __init__(self, width, hidden, dropout):
        layers = [nn.BatchNorm1d(width), nn.Dropout(dropout)]
        for _ in range(3):
            layers += [nn.Linear(width, hidden), nn.ReLU()]
            width = hidden
        super().__init__(*layers)


class TextSubNet(nn.Module):
    def __init__(self, width, hidden, out):
        super().__init__()
        self.lstm = nn.LSTM(width, hidden, batch_first=True)
        self.linear = nn.Linear(hidden, out)

    def forward(self, words):
        _, (state, _) = self.lstm(words)
        return self.linear(state[-1])


class LateFusion(Baseline):
    TEXT, AUDIO, VISION = 128, 16, 128
    TEXT_OUT = 64
    DROPOUT = 0.3

    def __init__(self, widths):
        super().__init__()
        self.text = TextSubNet(widths[0], self.TEXT, self.TEXT_OUT)
        self.audio = SubNet(widths[1], self.AUDIO, self.DROPOUT)
        self.vision = SubNet(widths[2], self.VISION, self.DROPOUT)

    def forward(self, batch):
        return self.fuse(self.text(batch.frames["text"]), self.audio(batch.mean("audio")), self.vision(batch.mean("vision")))


def post(width, hidden, dropout):
    return nn.Sequential(nn.Dropout(dropout), nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(),
                         nn.Linear(hidden, 1))


def with_one(x):
    return functional.pad(x, (1, 0), value=1.0)


class LfDnn(LateFusion):
    BATCH_SIZE, WEIGHT_DECAY = 128, 0.01
    TEXT_OUT, DROPOUT = 256, 0.2

    def __init__(self, widths):
        super().__init__(widths)
        self.post = post(self.AUDIO + self.VISION + self.TEXT_OUT, 128, 0.2)

    def fuse(self, text, audio, vision):
        return self.post(torch.cat([audio, vision, text], 1)).squeeze(1)


class Tfn(LateFusion):
    AUDIO, TEXT_OUT = 32, 32

    def __init__(self, widths):
        super().__init__(widths)
        self.post = post((self.AUDIO + 1) * (self.VISION + 1) * (self.TEXT_OUT + 1), 64, 0.5)

    def fuse(self, text, audio, vision):
        pairs = torch.bmm(with_one(audio).unsqueeze(2), with_one(vision).unsqueeze(1)).flatten(1)
        product = torch.bmm(pairs.unsqueeze(2), with_one(text).unsqueeze(1)).flatten(1)
        return self.post(product).squeeze(1).sigmoid() * 6 - 3


class Lmf(LateFusion):
    BATCH_SIZE, WEIGHT_DECAY = 64, 5e-3
    RANK = 3

    def __init__(self, widths):
        super().__init__(widths)
        fused = (self.TEXT_OUT, self.AUDIO, self.VISION)
        self.factors = nn.ParameterList([nn.init.xavier_normal_(torch.empty(self.RANK, width + 1)) for width in fused])
        self.weights = nn.init.xavier_normal_(nn.Parameter(torch.empty(1, self.RANK)))
        self.bias = nn.Parameter(torch.zeros(1))

    def fuse(self, text, audio, vision):
        text, audio, vision = (with_one(x) @ factor.t() for x, factor in zip((text, audio, vision), self.factors))
        return functional.linear(audio * vision * text, self.weights, self.bias).squeeze(1)
