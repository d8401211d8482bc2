import os
import requests

usage = """
"""; import aiohttp
