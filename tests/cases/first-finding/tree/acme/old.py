import os, requests as r
from aiohttp import (
    ClientSession,  # one pool for all
    ClientTimeout,
)
