import os
import httpx
import starlette.requests
from PIL import Image
from app import other
from acme.sdk import client
try:
    import orjson
except ImportError:
    orjson = None
