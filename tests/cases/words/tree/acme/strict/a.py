import acme.other
from . import b
from helpers import x
import os
