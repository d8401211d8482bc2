"""Left to do."""

import asyncio
from aiohttp import ClientSession as Session, ClientTimeout


async def load() -> None:
    async with Session(timeout=ClientTimeout(total=60)) as session:
        await asyncio.gather(*(session.get("http://api/") for _ in range(100)))
