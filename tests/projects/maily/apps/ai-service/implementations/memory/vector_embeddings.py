"""Migrated."""

from packages.database.src.redis.redis_client import RedisClient
from packages.error_handling.python.http_client import post


async def embed(text: str) -> list[float]:
    cached = await RedisClient.shared().get(text)
    return cached or (await post("http://embeddings/", json={"text": text})).json()
