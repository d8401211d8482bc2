from app.queue import push
import aioredis
