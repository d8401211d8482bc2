"""Wrong path: works only where someone put `packages/error-handling` on the path by hand."""

from error_handling.python.http_client import HttpClient

from packages.database.src.redis.redis_client import RedisClient


class CanvasService:
    def __init__(self) -> None:
        self.http = HttpClient()
        self.redis = RedisClient("redis://localhost")
