"""The pictures of the README: `python -m docs.pictures` makes them anew, after `make paper`.

network.svg is drawn by `cs.draw`, fig3.png by `cascade-sym figures`, report.png is the first screen of the report as
Chromium shows it (left as it is where there is none).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import cascade_sym as cs

ROOT = Path(__file__).resolve().parents[1]
PICTURES = Path(__file__).parent / "pictures"
BUILT = ROOT / "build" / "huang2018"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SCREEN = "1200,800"  # the report's first screen


def network() -> str:
    """The cascade of the README's example, with a detector behind it, as SVG."""
    S, M = cs.Oscillator("S", mass=-1), cs.Oscillator("M", mass=+1)
    return cs.draw(S >> cs.Loss("epsilon") >> M, cs.Homodyne(angle="phi")).svg + "\n"


def main() -> None:
    import subprocess

    (PICTURES / "network.svg").write_text(network(), encoding="utf-8")
    shutil.copyfile(BUILT / "figures" / "fig3.png", PICTURES / "fig3.png")
    if browser := next(filter(None, map(shutil.which, BROWSERS)), None):
        options = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={SCREEN}")
        shot = f"--screenshot={PICTURES / 'report.png'}"
        subprocess.run([browser, *options, shot, (BUILT / "report.html").as_uri()], check=True, timeout=120)


if __name__ == "__main__":
    main()
