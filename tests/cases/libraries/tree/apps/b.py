import commands
from commands import run
import redis
import sqlalchemy
import imp, distutils
