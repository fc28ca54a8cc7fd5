"""Tests of the Yale & August Partner integration."""
