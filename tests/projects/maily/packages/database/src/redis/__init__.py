"""A package of our own with the last name of a library."""

from .redis_client import RedisClient

__all__ = ["RedisClient"]
