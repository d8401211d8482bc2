import six  # policy: allow(no-six) until=2026-04-30 -- until Python 2 is gone
