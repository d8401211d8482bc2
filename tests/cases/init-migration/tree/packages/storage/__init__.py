from .redis_client import connect
