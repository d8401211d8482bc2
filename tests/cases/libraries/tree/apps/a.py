import sqlalchemy.orm
from PIL import Image
import sklearn, jwt, flask_cors
from acme_http import get
from acme.net import get
import pillow, scikit
from typing import *
from acme.a import *
from acme.a import c
