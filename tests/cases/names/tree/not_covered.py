import requests_mock, my.requests, telnetlib3
from .requests import get
from . import requests
from x import requests
from acme.old import thing
from acme.x.y import internal
# import requests
"""
import requests
"""
text = f"{'import requests'}"
requests = 1
