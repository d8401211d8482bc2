from requests import (get, 1post
import requests
