from . import old
from .old import x
import acme_api.old, web, typed.stub, space.part.deep, services.web
import packages.error_handling.old
import api, numpy
