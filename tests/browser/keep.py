"""Keeps pictures that the tests have taken for the README: python -m tests.browser.keep.

Look at them first: they are in screenshots/.
"""

from typing import Final

from PIL import Image

from tests.demo.instance import ROOT

from .frontend import SCREENSHOTS

PICTURES: Final = ROOT / ".github" / "images"
KEPT: Final = ("brand-and-key", "device", "doors", "refused")


def keep() -> None:
    """Write them with a palette, which makes them a third of the size."""
    PICTURES.mkdir(exist_ok=True)
    for name in KEPT:
        with Image.open(SCREENSHOTS / f"{name}.png") as picture:
            flat = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        flat.save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    keep()
