"""Left to do: instruments a client that nobody uses any more."""

try:
    from opentelemetry.instrumentation.aiohttp_client import AioHttpClientInstrumentor
except ImportError:
    AioHttpClientInstrumentor = None


def instrument() -> None:
    if AioHttpClientInstrumentor is not None:
        AioHttpClientInstrumentor().instrument()
