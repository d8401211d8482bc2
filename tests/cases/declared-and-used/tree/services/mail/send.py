import jinja2
import httpx
import flask
