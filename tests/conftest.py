"""What holds for all tests, before any of them imports the hub."""

import os

from hypothesis import HealthCheck, settings

# A test runner that starts others tells them how wide its terminal is; what the program
# prints in a test has no terminal.
os.environ.pop("COLUMNS", None)
# How fast the machine is, is no property of the program.
settings.register_profile(
    "hub", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("hub")
