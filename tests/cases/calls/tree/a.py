import importlib
import subprocess as sp
from requests import get
import acme

get("u")
get("u", timeout=3)
get("u", **options)
sp.run("ls", shell=True)
sp.run("ls", shell=False)
acme.new()
acme.new(1)
eval("1 + 1")
mock.called_once_with(1)


def f(eval):
    eval("a parameter")
    importlib.import_module(f"plugins.{name}")
