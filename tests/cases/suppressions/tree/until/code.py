import requests  # policy: allow(http) until=2026-05-31 -- until the move
