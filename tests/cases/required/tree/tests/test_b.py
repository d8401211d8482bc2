from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import acme.setup
def f():
    import acme.setup
