"""MFM: a code of each modality and, by MFN, one of all; from the codes the frames are decoded, from the last the label."""
import torch
from torch import nn
from torch.nn import functional

from .baseline import Baseline, two_layers
from .mfn import MfnEncoder


class Decoder(nn.Module):
    """An LSTM that reads its own state."""

    def __init__(self, hidden, out):
        super().__init__()
        self.lstm = nn.LSTMCell(hidden, hidden)
        self.linear = nn.Linear(hidden, out)

    def forward(self, x, steps):
        state = cell = torch.zeros_like(x)
        states = []
        for _ in range(steps):
            state, cell = self.lstm(x, (state, cell))
            x = state
            states.append(state)
        return self.linear(torch.stack(states, 1))


def mean_kernel(x, y):
    return torch.exp(-(x[:, None] - y[None]).pow(2).mean(2) / x.shape[1]).mean()


def discrepancy(codes):
    draws = torch.randn_like(codes)
    return mean_kernel(codes, codes) + mean_kernel(draws, draws) - 2 * mean_kernel(codes, draws)


class Mfm(Baseline):
    BATCH_SIZE, WEIGHT_DECAY = 64, 1e-3
    CODES, FACTORS, DROPOUTS = (64, 80, 80, 80), (32, 16, 64, 64), (0.5, 0.7, 0.5, 0.5)
    WEIGHTS, DISCREPANCY = (0.5, 0.01, 0.5), 100.0

    def __init__(self, widths):
        super().__init__()
        self.encoders = nn.ModuleList([nn.LSTM(width, code, batch_first=True) for width, code in zip(widths, self.CODES)])
        self.mfn = MfnEncoder(widths, (128, 32, 128), 64, (32, 0.7), (64, 0.0), ((32, 0.0), (64, 0.5)))
        self.to_code = nn.ModuleList([nn.Linear(code, code) for code in self.CODES[:3]]
                                     + [nn.Linear(self.mfn.state, self.CODES[3])])
        self.to_factor = nn.ModuleList(
            [nn.Sequential(two_layers(code, factor, factor, dropout), nn.ReLU())
             for code, factor, dropout in zip(self.CODES, self.FACTORS, self.DROPOUTS)])
        self.decoders = nn.ModuleList([Decoder(self.FACTORS[3] + factor, width)
                                       for factor, width in zip(self.FACTORS, widths)])
        self.out = two_layers(self.FACTORS[3], self.FACTORS[3], 1, 0.0)

    def loss(self, batch):
        frames = batch.aligned()
        states = [lstm(own)[1][0][-1] for lstm, own in zip(self.encoders, frames)] + [self.mfn(frames)]
        codes = [linear(state) for linear, state in zip(self.to_code, states)]
        *factors, common = (network(code) for network, code in zip(self.to_factor, codes))
        loss = functional.l1_loss(self.out(common).squeeze(1), batch.labels)
        for factor, decoder, own, weight in zip(factors, self.decoders, frames, self.WEIGHTS):
            loss = loss + weight * functional.mse_loss(decoder(torch.cat([common, factor], 1), own.shape[1]), own)
        return loss + self.DISCREPANCY * sum(discrepancy(code) for code in codes)
