"""MAG-BERT's gate in front of MissModal's encoder of word vectors."""
import torch
from torch import nn

from .baseline import Baseline, SequenceEncoder


class Gate(nn.Module):
    def __init__(self, text, audio, vision):
        super().__init__()
        self.vision_gate, self.audio_gate = nn.Linear(vision + text, text), nn.Linear(audio + text, text)
        self.vision, self.audio = nn.Linear(vision, text), nn.Linear(audio, text)
        self.norm, self.dropout = nn.LayerNorm(text), nn.Dropout(0.3)

    def forward(self, text, audio, vision):
        move = (torch.relu(self.vision_gate(torch.cat([vision, text], 2))) * self.vision(vision)
                + torch.relu(self.audio_gate(torch.cat([audio, text], 2))) * self.audio(audio))
        length = move.norm(dim=2, keepdim=True)
        length = torch.where(length == 0, torch.ones_like(length), length)
        share = (text.norm(dim=2, keepdim=True) / (length + 1e-6)).clamp_max(1)
        return self.dropout(self.norm(text + share * move))


class MagBert(Baseline):
    LEARNING_RATE = 2e-5

    def __init__(self, widths):
        super().__init__()
        self.gate, self.text = Gate(*widths), SequenceEncoder(widths[0])
        width = SequenceEncoder.WIDTH
        self.head = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Dropout(0.1), nn.Linear(width, 1))

    def forward(self, batch):
        text = batch.frames["text"]
        gated = self.gate(text, batch.steps("audio", text.shape[1]), batch.steps("vision", text.shape[1]))
        return self.head(self.text(gated, batch.lengths["text"])).squeeze(1)
