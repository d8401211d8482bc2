from acme import clock


def fetch(url):
    now = clock.now(); import requests as r
    return r.get(url, now)
