"""The HTTP API. Migrated."""

from fastapi import FastAPI

from apps.api.routers import campaigns, health
from packages.error_handling.python.http_client import HttpClient

app = FastAPI()
app.include_router(health.router)
app.include_router(campaigns.router)
client = HttpClient(timeout=5)
