"""What a model was asked to write in a form: JSON, read strictly.

    >>> form_in('Here it is:\\n```json\\n{"level": 2}\\n```')
    {'level': 2}
    >>> form_in('{"level": 2} or {"level": 3}') is None
    True

A reply is of the form if it is JSON and nothing else, or if it has exactly one fenced block and that is JSON.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

LONGEST = 20_000  # characters of a reply that is read
_BLOCK = re.compile(r"^[ \t]*```[a-z]*[ \t]*$(.*?)^[ \t]*```[ \t]*$", re.M | re.S)


def form_in(text: str) -> Any:
    """The JSON of a reply; None for a reply that is not of the form (null counts as such). Never raises."""
    if len(text) > LONGEST:
        return None
    blocks = _BLOCK.findall(text)
    if len(blocks) > 1:
        return None
    try:
        return json.loads(blocks[0] if blocks else text, parse_constant=_refused)
    except (ValueError, RecursionError):  # ValueError: also a number of more digits than Python reads
        return None


def _refused(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
