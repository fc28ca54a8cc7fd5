"""What can go wrong, in a sentence for the person who started the demo."""


class Trouble(Exception):
    """The demo cannot go on; the text says why."""
