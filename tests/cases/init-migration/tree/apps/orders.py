import requests
from packages.storage import connect

ORDER = requests.post("https://order.example")
