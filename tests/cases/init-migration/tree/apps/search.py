import httpx
from packages.error_handling import http_client
