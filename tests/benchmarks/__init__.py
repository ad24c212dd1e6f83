"""Tests of what the benchmarks write, not of their figures."""
