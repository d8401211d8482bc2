import requests


def get():
    import aiohttp
