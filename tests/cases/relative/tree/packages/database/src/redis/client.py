from redis import Redis
from . import pool
from ..redis import pool
from packages.database.src.redis import pool
