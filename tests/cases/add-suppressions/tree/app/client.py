#!/usr/bin/env python
"""A client."""
import requests, pytz
from aiohttp import (
    ClientSession,
    ClientTimeout,
)


class Client:
    def get(self, url):
        import requests.adapters

        return requests.get(url)
