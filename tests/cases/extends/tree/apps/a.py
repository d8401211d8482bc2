import requests, aiohttp, httpx
from yaml import load
import redis, acme_cache
