from typing import TYPE_CHECKING
import requests

if TYPE_CHECKING:
    import requests.models
else:
    import requests.sessions

try:
    import requests.adapters
except ImportError:
    requests = None


def f():
    import requests
    try:
        from requests import get
    except ImportError:
        pass
