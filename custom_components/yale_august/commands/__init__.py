"""Commands on a lock, one at a time."""
