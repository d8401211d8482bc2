from __future__ import annotations
x = """
import os
