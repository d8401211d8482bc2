from __future__ import annotations


class DataFrame: ...


def _from_nested_dict(): ...
