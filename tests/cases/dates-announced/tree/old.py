import six  # policy: allow(no-six) until=2026-05-31 -- until Python 2 is gone
