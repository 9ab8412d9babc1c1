"""Graph-MFN: MFN with a graph of all subsets of modalities in the place of the attention."""
import torch
from torch import nn

from .baseline import Baseline, two_layers
from .mfn import GatedMemory

PAIRS = ((0, 1), (0, 2), (1, 2))
INNER = 100
EFFICACIES = 3 * 2 + 6 + 7


def vertex(width, out):
    return nn.Sequential(nn.Linear(width, INNER), nn.Linear(INNER, out))


def scaled(vertices, efficacies):
    return torch.cat([own * efficacies[:, i:i + 1] for i, own in enumerate(vertices)], 1)


class FusionGraph(nn.Module):
    def __init__(self, widths, node):
        super().__init__()
        self.efficacy = nn.Sequential(nn.Linear(sum(widths), INNER), nn.Linear(INNER, node), nn.Linear(node, EFFICACIES))
        self.pairs = nn.ModuleList([vertex(widths[one] + widths[other], node) for one, other in PAIRS])
        self.triple = vertex(sum(widths) + 3 * node, node)
        self.top = vertex(sum(widths) + 4 * node, node)

    def forward(self, singletons):
        efficacies = self.efficacy(torch.cat(singletons, 1))
        pairs = [network(scaled((singletons[one], singletons[other]), efficacies[:, 2 * i:]))
                 for i, (network, (one, other)) in enumerate(zip(self.pairs, PAIRS))]
        below = [*singletons, *pairs]
        triple = self.triple(scaled(below, efficacies[:, 6:]))
        return self.top(scaled([*below, triple], efficacies[:, 12:]))


class GraphMfn(Baseline):
    LEARNING_RATE, WEIGHT_DECAY = 2e-3, 5e-3
    HIDDEN, MEMORY, NODE = (256, 32, 256), 300, 64

    def __init__(self, widths):
        super().__init__()
        self.lstms = nn.ModuleList([nn.LSTM(width, own, batch_first=True) for width, own in zip(widths, self.HIDDEN)])
        self.transforms = nn.ModuleList([nn.Linear(2 * own, own) for own in self.HIDDEN])
        self.graph = FusionGraph(self.HIDDEN, self.NODE)
        self.proposal = two_layers(self.NODE, 32, self.MEMORY, 0.0)
        self.memory = GatedMemory(self.NODE, self.MEMORY, ((128, 0.5), (64, 0.5)))
        self.out = two_layers(sum(self.HIDDEN) + self.MEMORY, 256, 1, 0.0)

    def forward(self, batch):
        states = [lstm(own)[0] for lstm, own in zip(self.lstms, batch.aligned())]
        before = [torch.zeros(len(batch), width) for width in self.HIDDEN]
        memory = torch.zeros(len(batch), self.MEMORY)
        for step in range(states[0].shape[1]):
            now = [own[:, step] for own in states]
            singletons = [torch.relu(transform(torch.cat(pair, 1))) for transform, *pair in zip(self.transforms, before, now)]
            top = self.graph(singletons)
            memory = self.memory(memory, top, torch.tanh(self.proposal(top)))
            before = now
        return self.out(torch.cat([*before, memory], 1)).squeeze(1)
