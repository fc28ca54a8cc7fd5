"""The partner cloud of Yale and August as a library; it knows nothing of Home Assistant."""
