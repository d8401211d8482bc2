"""Prose about requests.get and acme.old."""
import importlib
import logging
from unittest import mock

log = logging.getLogger("requests.sessions")
MIDDLEWARE = ["acme.old.Middleware", "acme.new.Middleware"]
LOGGING = {"handlers": {"x": {"class": "acme.old.Handler"}}}
importlib.import_module("req" "uests")
importlib.import_module(f"requests.{name}")
exec("from requests import get")


@mock.patch("requests.get")
def test(fake):
    print("requests.get is fine in prose", {"requests.get": 1})
    mock.patch.object(log, "requests.get")
