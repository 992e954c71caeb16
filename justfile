# `just` runs everything a change must pass, in this checkout; `just ci` in a fresh copy.

default: check

# Format, lint, types and tests
check: lint test

# Format, lint and types; changes nothing
lint:
    scripts/check

# The tests; arguments go to pytest
test *arguments:
    scripts/test {{ arguments }}

# Put the code into its form
format:
    scripts/setup dev
    .venv/bin/ruff format .
    .venv/bin/ruff check --fix .

# Sandbox, shops and a first pull, in a folder of its own
demo *arguments:
    scripts/demo {{ arguments }}

# What CI runs
ci:
    .ci/run
