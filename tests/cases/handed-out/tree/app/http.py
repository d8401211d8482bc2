import requests
from requests import post

fetch = requests.get


def safe(url):
    return requests.get(url, timeout=3)
