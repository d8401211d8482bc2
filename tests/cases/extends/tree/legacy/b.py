import requests, aiohttp, httpx
