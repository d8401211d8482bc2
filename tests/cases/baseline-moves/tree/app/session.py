class Session:
    def get(self):
        import requests

    def put(self):
        import requests


def load():
    import aiohttp
