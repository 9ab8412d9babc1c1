"""MCTN: text is translated to vision and back, what it was encoded as then to audio; the second encoding is regressed on."""
import torch
from torch import nn
from torch.nn import functional

from .baseline import Baseline

STEPS, HIDDEN = 20, 32


class SummedBiLstm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.lstm = nn.LSTM(width, HIDDEN, batch_first=True, bidirectional=True)

    def forward(self, x):
        ahead, back = self.lstm(x)[0].chunk(2, 2)
        return ahead + back


class AttentionDecoder(nn.Module):
    def __init__(self, out):
        super().__init__()
        self.attend = nn.Linear(2 * HIDDEN, 1)
        self.input, self.recurrent = nn.Linear(HIDDEN, 4 * HIDDEN), nn.Linear(HIDDEN, 4 * HIDDEN)
        self.out = nn.Linear(HIDDEN, out)

    def forward(self, encoding):
        state = cell = torch.zeros(len(encoding), HIDDEN)
        states = []
        for _ in range(STEPS):
            pairs = torch.cat([encoding, cell[:, None].expand(-1, STEPS, -1)], 2)
            attention = torch.softmax(self.attend(pairs), 1)
            seen = torch.bmm(attention.transpose(1, 2), encoding).squeeze(1)
            i, f, g, o = (self.input(seen) + self.recurrent(state)).chunk(4, 1)
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
            state = torch.sigmoid(o) * torch.tanh(cell)
            states.append(state)
        return self.out(torch.stack(states, 1))


class Mctn(Baseline):
    LEARNING_RATE = 1e-4

    def __init__(self, widths):
        super().__init__()
        self.text, self.vision = widths[0], widths[2]
        self.encoder1, self.encoder2 = SummedBiLstm(widths[0]), SummedBiLstm(HIDDEN)
        self.decoder1, self.decoder2 = AttentionDecoder(max(widths[0], widths[2])), AttentionDecoder(widths[1])
        self.lstm = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
        self.attend, self.out = nn.Linear(HIDDEN, 1), nn.Linear(HIDDEN, 1)

    def parameter_groups(self):
        decayed = self.out.weight
        return [{"params": [p for p in self.parameters() if p is not decayed]},
                {"params": [decayed], "weight_decay": 0.02}]

    def loss(self, batch):
        text, audio, vision = (batch.steps(modality, STEPS) for modality in ("text", "audio", "vision"))
        first = self.encoder1(text)
        second = self.encoder2(first)
        states = self.lstm(second)[0]
        weights = torch.softmax(torch.tanh(self.attend(states)), 1)
        prediction = self.out((weights * states).sum(1)).squeeze(1)
        there = self.decoder1(first)
        back = self.decoder1(self.encoder1(there[:, :, :self.text]))
        errors = (functional.mse_loss(there[:, :, :self.vision], vision) + functional.mse_loss(back[:, :, :self.text], text)
                  + functional.mse_loss(self.decoder2(second), audio))
        return functional.l1_loss(prediction, batch.labels) + 0.1 * errors
