"""Names of guests: when two are the same."""

from unicodedata import normalize


def same_name(name: str) -> str:
    """Return what all spellings of a name have in common, whatever their case, blanks and accents are made of.

    An é may be one character or two, by the keyboard that it was typed on.
    """
    letters = normalize("NFD", name).casefold()
    return " ".join(normalize("NFD", letters).split())
