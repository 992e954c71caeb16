"""The hub's pull beside what teams would use instead: `python -m benchmarks.rivals`."""
