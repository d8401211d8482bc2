import requests  # policy: allow(http) -- behind the statement

# policy: allow(http) -- above it; other comments and empty lines may stand between

# More about that.
from aiohttp import (
    ClientSession,
    ClientTimeout,
)
from requests import (
    Session,  # policy: allow(http) -- on an inner line: the names that start there
    get,
)
import aiohttp  # noqa: F401 # policy: allow(http) -- behind another comment
import requests.adapters, pytz  # policy: allow(http, clock) -- two rules


# policy: allow(http) -- above a function: its first line, not what it encloses
def fetch(client=__import__("requests")):
    import aiohttp

    return aiohttp, client, requests.get("https://acme.example")
