from typing import TYPE_CHECKING
import torch
import torch.nn as nn
try:
    import torch.optim
except ImportError:
    pass
if TYPE_CHECKING:
    from torch import Tensor
lazy import torch.jit

def f():
    import torch
    import torch.cuda
    import json

class A:
    import re
    import torch

import torch.cuda
