"""What ends the benchmark early."""


class Trouble(Exception):
    """Something that the person who started it can read."""
