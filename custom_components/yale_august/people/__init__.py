"""People: what they may do with locks, and the partner sub-users of a login."""
