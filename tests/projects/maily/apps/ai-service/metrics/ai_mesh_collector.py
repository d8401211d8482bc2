"""Left to do: two old clients in one statement."""

import logging

import aiohttp, requests

log = logging.getLogger("requests.sessions")


async def collect() -> None:
    async with aiohttp.ClientSession() as session:
        log.info("%s %s", session, requests.__version__)
