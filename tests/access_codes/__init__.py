"""Tests of access codes in Home Assistant."""
