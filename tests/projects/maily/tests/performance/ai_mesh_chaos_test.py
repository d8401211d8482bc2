"""Migrated."""

import asyncio

from packages.error_handling.python.http_client import get


async def chaos() -> None:
    await asyncio.gather(*(get("http://api/") for _ in range(100)))
