from app.http import fetch as load, post, safe
from app import http

load("x")
post("agreed")
safe("x")
http.requests.get("x")
