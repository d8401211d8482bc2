from requests import *
from requests.models import *
from acme.limits import *
from acme import *
from other import *
from other.good import *
