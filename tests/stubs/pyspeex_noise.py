"""In place of a library for sound that would have to be compiled: see pymicro_vad."""


class AudioProcessor:
    """Never made."""
