"""The script that the sandbox's process starts with: it makes this package importable there, and serves.

    python -P -s -S -B child.py    (a request on standard input, its outcome on standard output, and again)

Only the standard library is imported. The package's own ``__init__`` files are not run, for they would import
the whole library: an empty package with the right ``__path__`` stands in for each, and gives its modules
their real names.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType


def main() -> None:
    """Serve jobs until standard input ends."""
    here = os.path.dirname(os.path.abspath(__file__))
    for name, folder in (("tutelage", os.path.dirname(here)), ("tutelage.runner", here)):
        package = ModuleType(name)
        package.__path__ = [folder]
        sys.modules[name] = package

    from tutelage.runner.zygote import serve  # only importable now

    serve()


if __name__ == "__main__":
    main()
