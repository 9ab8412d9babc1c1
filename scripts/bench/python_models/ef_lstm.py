"""EF-LSTM: all modalities side by side, through one LSTM of fifty steps."""
import torch
from torch import nn

from .baseline import Baseline
from .batch import MODALITIES


class EfLstm(Baseline):
    WEIGHT_DECAY = 5e-3
    STEPS, HIDDEN, LAYERS, DROPOUT = 50, 128, 4, 0.5

    def __init__(self, widths):
        super().__init__()
        self.norm = nn.BatchNorm1d(self.STEPS)
        self.lstm = nn.LSTM(sum(widths), self.HIDDEN, self.LAYERS, dropout=self.DROPOUT, batch_first=True)
        self.post = nn.Sequential(nn.Dropout(self.DROPOUT), nn.Linear(self.HIDDEN, self.HIDDEN), nn.ReLU(),
                                  nn.Dropout(self.DROPOUT), nn.Linear(self.HIDDEN, 1))

    def forward(self, batch):
        frames = torch.cat([batch.steps(modality, self.STEPS) for modality in MODALITIES], 2)
        _, (state, _) = self.lstm(self.norm(frames))
        return self.post(state[-1]).squeeze(1)
