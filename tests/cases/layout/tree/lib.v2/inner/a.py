from .x import y
from ..inner import x
