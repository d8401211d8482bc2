from packages.error_handling.http_client import get
from packages.storage import connect
