"""One changed line of the integration at a time, and the test that must catch it.

A file for each of the eight rules of the door; `scripts/mutate` tries them all.
"""
