import csv
import acme.models
from .helpers import x
