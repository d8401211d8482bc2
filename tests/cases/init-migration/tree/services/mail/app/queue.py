import app.send
import redis


def push(mail):
    redis.Redis().lpush("mail", mail)
