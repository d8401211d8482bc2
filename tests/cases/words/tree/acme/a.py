import tomllib
import numpy
import httpx
from httpx.legacy import bad, good
from httpx.legacy.good import fine
import helpers
