"""Speed against the floor and against peers, in one run: `python -m benchmarks`, or `make bench`."""
