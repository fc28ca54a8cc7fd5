"""Tests of the client of the partner cloud."""
