"""Tests of what the cloud answers with."""
