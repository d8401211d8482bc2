from . import http
from .http import get
