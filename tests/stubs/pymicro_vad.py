"""In place of a library for sound that would have to be compiled.

The voice pipeline of Home Assistant imports it, and with that the components that are
always set up. Nothing here listens.
"""


class MicroVad:
    """Never made."""
