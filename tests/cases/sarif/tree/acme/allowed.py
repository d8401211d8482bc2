import requests  # policy: allow(http-client) -- asserts on error types
