"""Regression tests of the standard HTTP client."""

from unittest import mock

from packages.error_handling.python.http_client import HttpClient


def test_timeout() -> None:
    with mock.patch("requests.get"):
        assert HttpClient(timeout=3)
