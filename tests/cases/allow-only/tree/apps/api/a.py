import json, os.path
import acme.models
from . import views
import httpx
from PIL import Image
import pillow
import acme_metrics.counters
import numpy as np, pandas
from yaml import safe_load, load
from yaml import *
import sys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib
import tomllib
import distutils
