import requests
import requests.adapters
import os, requests.sessions as s
from requests import get
from requests.adapters import HTTPAdapter as A
from acme import old
import acme.old
from acme.x import internal
from acme.x.internal import y
from acme.a.b import _hidden
import ｒequests
if True: import requests
