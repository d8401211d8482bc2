import aiohttp
import httpx
import requests
