"""MFN: an LSTM a modality, an attention over their cells, a gated memory; step by step, as the toolkit has it."""
import torch
from torch import nn

from .baseline import Baseline, two_layers


class GatedMemory(nn.Module):
    def __init__(self, seen, memory, gates):
        """gates: of each its (hidden width, dropout)."""
        super().__init__()
        self.width = memory
        self.gates = nn.ModuleList([two_layers(seen + memory, hidden, memory, dropout) for hidden, dropout in gates])

    def forward(self, memory, seen, proposal):
        both = torch.cat([seen, memory], 1)
        kept, taken = (torch.sigmoid(gate(both)) for gate in self.gates)
        return kept * memory + taken * proposal


class MfnEncoder(nn.Module):
    def __init__(self, widths, hidden, memory, attention, proposal, gates):
        super().__init__()
        self.hidden, self.cells = hidden, sum(hidden)
        self.lstms = nn.ModuleList([nn.LSTMCell(width, own) for width, own in zip(widths, hidden)])
        self.attention = two_layers(2 * self.cells, attention[0], 2 * self.cells, attention[1])
        self.proposal = two_layers(2 * self.cells, proposal[0], memory, proposal[1])
        self.memory = GatedMemory(2 * self.cells, memory, gates)
        self.state = self.cells + memory

    def forward(self, frames):
        batch, steps, _ = frames[0].shape
        states = [(torch.zeros(batch, width), torch.zeros(batch, width)) for width in self.hidden]
        memory = torch.zeros(batch, self.memory.width)
        for step in range(steps):
            before = [cell for _, cell in states]
            states = [lstm(own[:, step], state) for lstm, own, state in zip(self.lstms, frames, states)]
            window = torch.cat(before + [cell for _, cell in states], 1)
            attended = torch.softmax(self.attention(window), 1) * window
            memory = self.memory(memory, attended, torch.tanh(self.proposal(attended)))
        return torch.cat([state for state, _ in states] + [memory], 1)


class Mfn(Baseline):
    BATCH_SIZE, LEARNING_RATE = 128, 2e-3

    def __init__(self, widths):
        super().__init__()
        self.encoder = MfnEncoder(widths, (256, 32, 256), 400, (32, 0.2), (64, 0.0), ((256, 0.7), (32, 0.5)))
        self.out = two_layers(self.encoder.state, 128, 1, 0.0)

    def forward(self, batch):
        return self.out(self.encoder(batch.aligned())).squeeze(1)
