from .legacy import fetch
from . import legacy as old
from .. import python
from ..python.legacy import fetch
from ... import error_handling
from ..... import beyond
