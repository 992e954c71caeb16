"""What holds for all tests, before any of them imports the hub."""

import os

# A test runner that starts others tells them how wide its terminal is; what the program
# prints in a test has no terminal.
os.environ.pop("COLUMNS", None)
