"""Migrated."""

from packages.database.src.redis.redis_client import RedisClient

pubsub = RedisClient("redis://localhost").pubsub()
