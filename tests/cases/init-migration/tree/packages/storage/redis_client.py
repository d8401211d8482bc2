import redis


def connect():
    return redis.Redis(socket_timeout=1)
