"""What the models have in common: how one is trained, and the encoders that several of them have."""
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Baseline(nn.Module):
    """Adam on the mean absolute error, unless a model has it otherwise."""

    BATCH_SIZE = 32
    LEARNING_RATE = 1e-3
    WEIGHT_DECAY = 0.0
    ACCUMULATION = 1  # batches whose gradients are summed for one step
    CLIP_VALUE = None
    PASSES = 1  # over the batches, an epoch
    batches = 0

    def parameter_groups(self):
        return self.parameters()

    def prepare(self, split):
        self.optimizer = torch.optim.Adam(self.parameter_groups(), lr=self.LEARNING_RATE, weight_decay=self.WEIGHT_DECAY)

    def loss(self, batch):
        return functional.l1_loss(self(batch), batch.labels)

    def train_step(self, batch):
        loss = self.loss(batch)
        loss.backward()
        self.batches += 1
        if self.batches % self.ACCUMULATION == 0:
            if self.CLIP_VALUE is not None:
                nn.utils.clip_grad_value_(self.parameters(), self.CLIP_VALUE)
            self.optimizer.step()
            self.optimizer.zero_grad(set_to_none=True)
        return loss.item()  # as a script logs it


def two_layers(width, inner, out, dropout):
    return nn.Sequential(nn.Linear(width, inner), nn.ReLU(), nn.Dropout(dropout), nn.Linear(inner, out))


def packed(frames, lengths):
    return pack_padded_sequence(frames, lengths, batch_first=True, enforce_sorted=False)


def last_of_each(states, lengths):
    return states[torch.arange(len(lengths)), lengths - 1]


class SequenceEncoder(nn.Module):
    """MissModal's: a BiLSTM, Transformer layers, the last state. -> (b, 128)"""

    HIDDEN, LAYERS, HEADS = 64, 3, 4
    WIDTH = 2 * HIDDEN

    def __init__(self, width):
        super().__init__()
        self.lstm = nn.LSTM(width, self.HIDDEN, bidirectional=True, batch_first=True)
        layer = nn.TransformerEncoderLayer(self.WIDTH, self.HEADS, 4 * self.WIDTH, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, self.LAYERS)

    def forward(self, frames, lengths):
        states, _ = pad_packed_sequence(self.lstm(packed(frames, lengths))[0], batch_first=True)
        padding = torch.arange(states.shape[1])[None] >= lengths[:, None]
        return last_of_each(self.encoder(states, src_key_padding_mask=padding), lengths)
