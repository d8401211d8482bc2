from __future__ import annotations
from acme import setup as s
