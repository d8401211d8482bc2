"""Already uses the standard client."""

from packages.database.src.redis.redis_client import RedisClient


class CacheManager:
    def __init__(self, url: str) -> None:
        self.redis = RedisClient(url)

    async def get(self, key: str) -> bytes | None:
        return await self.redis.get(key)
