"""One text for one value: how a returned value is written down so that two of them can be compared.

    >>> canonical({"b": [1, 1.0, True], "a": None})
    '{"a":null,"b":[1,1.0,true]}'

Imports only the standard library: the same function runs inside the sandbox and beside the judge.
"""

from __future__ import annotations

from json.encoder import encode_basestring_ascii
from math import isfinite
from typing import Any

DEEPEST = 100  # levels of nesting: a list that contains itself must end somewhere


def canonical(value: Any, depth: int = 0) -> str:
    """Return compact JSON text with sorted keys: the same text if and only if the same value *and* type.

    ``True``, ``1`` and ``1.0`` differ, as they do in JSON; a tuple is a list; a subclass (Counter, IntEnum)
    counts as its base. Raises ValueError for what has no JSON: sets, bytes, NaN and infinities, a key that is
    not a string (``json`` would write the key 1 as "1", and so two different dicts as one text), nesting
    deeper than 100, an integer with more digits than Python agrees to write.
    """
    kind = type(value)  # not isinstance: an object may claim any __class__ that it likes
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if depth > DEEPEST:
        raise ValueError(f"a value nested deeper than {DEEPEST} levels has no canonical text")
    # The bases' own methods throughout: a subclass can override __repr__, __iter__ or items, and lie.
    if issubclass(kind, str):
        return encode_basestring_ascii(str.__str__(value))
    if issubclass(kind, int):
        return int.__repr__(value)
    if issubclass(kind, float):
        if not isfinite(number := float.__float__(value)):
            raise ValueError("NaN and infinities have no canonical text")
        return float.__repr__(number)
    if issubclass(kind, (list, tuple)):
        items = list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value)
        return "[" + ",".join([canonical(item, depth + 1) for item in items]) + "]"
    if issubclass(kind, dict):
        return _object(dict(dict.items(value)), depth)
    raise ValueError(f"a {kind.__name__} has no canonical text")


def _object(table: dict[Any, Any], depth: int) -> str:
    """Return a dict's text, its keys in code point order."""
    for key in table:
        if type(key) is not str:
            raise ValueError(f"a dict with the key {key!r:.40} has no canonical text: keys must be strings")
    pairs = [encode_basestring_ascii(key) + ":" + canonical(table[key], depth + 1) for key in sorted(table)]
    return "{" + ",".join(pairs) + "}"
