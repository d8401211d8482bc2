from packages.error_handling.python.http_client import get
from error_handling.python import http_client
import http_client
from python.http_client import get
import acme.http, src.acme.http
from src.acme import http, other
import json
import http
import acme.json
