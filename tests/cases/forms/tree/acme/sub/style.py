from . import a
from .. import b
from ..c import d as e
from ... import above
from os import *
from . import *
from acme.constants import *
from httpx import _client, __version__
import _pytest.fixtures
from os import _exit
from ._private import x
from gettext import gettext as _
