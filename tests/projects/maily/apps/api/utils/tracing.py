"""Half migrated: the new instrumentation is there, the old one is still called."""

import asyncio

from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor


def instrument() -> None:
    HTTPXClientInstrumentor().instrument()
    RequestsInstrumentor().instrument()
    asyncio.get_event_loop()
