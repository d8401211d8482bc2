import sys
import imp, cgi
if sys.version_info < (3, 12):
    import imp
    from imp import reload
    if sys.version_info[0] == 2:
        import urllib2, tomli
    else:
        import urllib2
elif sys.version_info >= (3, 13):
    import cgi
else:
    import imp
    import cgi
if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib
if sys.version_info >= (3,):
    import tomli
if not sys.version_info < (3, 12, 1):
    import imp
from collections import *
import asyncore
