"""Regression tests of the standard Redis client."""

import pytest
from redis.exceptions import ConnectionError, TimeoutError

from packages.database.src.redis.redis_client import RedisClient


def test_errors() -> None:
    with pytest.raises((ConnectionError, TimeoutError)):
        RedisClient("redis://nowhere").pubsub()
