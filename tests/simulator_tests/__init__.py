"""Tests of the simulated partner cloud itself."""
