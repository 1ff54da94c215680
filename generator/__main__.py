"""`python generator …` runs tutelage from a bare checkout, without installing it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tutelage.cli import main

if __name__ == "__main__":  # worker processes import this file again
    main()
