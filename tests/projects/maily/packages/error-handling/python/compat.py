"""Left to do: re-exports the old client by a relative import, inside a folder whose name is no identifier."""

from .legacy import fetch

__all__ = ["fetch"]
