"""`python -m benchmarks.peak`."""

import sys

from .days import main

if __name__ == "__main__":
    sys.exit(1 if main() else 0)
