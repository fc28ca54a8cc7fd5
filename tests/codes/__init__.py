"""Tests of the code engine."""
