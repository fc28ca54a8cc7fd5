# /// script
# requires-python = ">=3.11"
# dependencies = ["resvg-py==0.5.0", "zopfli==0.4.3"]
# ///
"""Draw the integration's images from the SVG files beside this one.

Run with: uv run .github/brand/render.py
"""

from pathlib import Path

import resvg_py
from zopfli.png import optimize

HERE = Path(__file__).parent
IMAGES = HERE.parents[1] / "custom_components" / "yale_august" / "brand"

ON_DARK = {
    "#1f2e2b": "#eff4f2",
    ".partner { fill: #2f8373 }": ".partner { fill: #7cc4b3 }",
}
"""The letters of the logo on a dark ground; the door stands on both."""


def main() -> None:
    """Draw every image, for screens with simple and double density."""
    icon = (HERE / "icon.svg").read_text()
    logo = (HERE / "logo.svg").read_text()
    dark_logo = logo
    for light, dark in ON_DARK.items():
        dark_logo = dark_logo.replace(light, dark)
    IMAGES.mkdir(exist_ok=True)
    for name, svg in (("icon", icon), ("logo", logo), ("dark_logo", dark_logo)):
        for suffix, height in (("", 256), ("@2x", 512)):
            png = resvg_py.svg_to_bytes(svg_string=svg, height=height)
            (IMAGES / f"{name}{suffix}.png").write_bytes(optimize(bytes(png)))


if __name__ == "__main__":
    main()
