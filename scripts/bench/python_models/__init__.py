"""The baselines as a Python script has them, with the sizes published for MOSI: torch.nn on padded batches.

Each trains with `train_step(batch)`. They are measured (scripts/bench/baselines), so they are written for speed as far as
one writes so by habit; what they compute is docs/baselines.md's, but that they read padding where the field's toolkit does.
"""
from .ctfn import Ctfn
from .ef_lstm import EfLstm
from .graph_mfn import GraphMfn
from .late_fusion import LfDnn, Lmf, Tfn
from .mag_bert import MagBert
from .mctn import Mctn
from .mfm import Mfm
from .mfn import Mfn
from .misa import Misa
from .mmim import Mmim
from .mult import Mult
from .self_mm import SelfMm

MODELS = {"ef_lstm": EfLstm, "lf_dnn": LfDnn, "tfn": Tfn, "lmf": Lmf, "mfn": Mfn, "graph_mfn": GraphMfn, "mfm": Mfm,
          "mctn": Mctn, "ctfn": Ctfn, "mult": Mult, "misa": Misa, "mag_bert": MagBert, "self_mm": SelfMm, "mmim": Mmim}
