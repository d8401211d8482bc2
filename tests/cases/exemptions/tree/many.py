import requests
import requests.sessions
