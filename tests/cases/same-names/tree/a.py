from requests.api import Session
import requests

requests.api.Session()
requests.api.other
