#!/usr/bin/env python
# Written by a generator.
# policy: allow-file(http, future) -- generated: mend the generator
"""A client."""
import requests
import aiohttp
