"""The modules that a foreign program may import: loaded before it runs, for then no file can be opened.

    >>> "math" in MODULES, "socket" in MODULES
    (True, False)

The list is written down rather than "whatever is installed", so that a program's outcome does not depend on
the machine. (What these import themselves can be had as well, but that is Python's affair and may change.)
"""

from __future__ import annotations

import contextlib
import importlib

_USUAL = """
__future__ abc array ast base64 binascii bisect calendar cmath codecs collections collections.abc contextlib
copy csv dataclasses datetime decimal difflib enum fractions functools graphlib hashlib heapq html inspect io
itertools json keyword logging math numbers operator os os.path pathlib pprint queue random re signal
statistics string struct sys textwrap threading time timeit traceback types typing unicodedata urllib.parse
warnings weakref zlib
"""
# Imported by the above only when a function is first called: by strptime, and by codecs other than UTF-8.
_LATE = """
_strptime encodings.ascii encodings.cp1252 encodings.hex_codec encodings.idna encodings.latin_1
encodings.rot_13 encodings.unicode_escape encodings.utf_16 encodings.utf_32
"""
MODULES = (*_USUAL.split(), *_LATE.split())


def load_modules() -> None:
    """Import them all, and use the one that opens a file at its first use."""
    for name in MODULES:
        # A Python may be built without zlib, say: there, programs lack it too.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    import hashlib

    hashlib.sha256(b"").hexdigest()  # OpenSSL reads its configuration now
