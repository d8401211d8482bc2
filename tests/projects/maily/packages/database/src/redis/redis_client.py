"""The standard Redis client: imported as `packages.database.src.redis.redis_client`."""

from redis.asyncio import ConnectionPool, Redis


class RedisClient:
    _shared: "RedisClient | None" = None

    def __init__(self, url: str) -> None:
        self._redis = Redis(connection_pool=ConnectionPool.from_url(url))

    @classmethod
    def shared(cls) -> "RedisClient":
        cls._shared = cls._shared or cls("redis://localhost")
        return cls._shared

    async def get(self, key: str) -> bytes | None:
        return await self._redis.get(key)

    def pubsub(self) -> object:
        return self._redis.pubsub()


async def ping() -> bool:
    return bool(await RedisClient.shared()._redis.ping())
