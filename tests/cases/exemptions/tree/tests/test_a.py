from requests.exceptions import Timeout
from requests import get
