"""The standard HTTP client: imported as `packages.error_handling.python.http_client`."""

import httpx

from .errors import map_error


class HttpClient:
    def __init__(self, timeout: float = 10) -> None:
        self._client = httpx.AsyncClient(timeout=timeout)

    async def request(self, method: str, url: str, **kwargs: object) -> httpx.Response:
        try:
            return await self._client.request(method, url, **kwargs)
        except httpx.HTTPError as error:
            raise map_error(error) from error


async def get(url: str, **kwargs: object) -> httpx.Response:
    return await HttpClient().request("GET", url, **kwargs)


async def post(url: str, **kwargs: object) -> httpx.Response:
    return await HttpClient().request("POST", url, **kwargs)
