"""Migrated. `from .redis import pool` would be a module beside this one, not the library."""

from packages.database.src.redis.redis_client import RedisClient

from . import memory_indexing


def session(key: str) -> object:
    return RedisClient.shared(), memory_indexing.index, key
