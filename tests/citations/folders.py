"""The papers of this repository."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(p.parent for p in (ROOT / "derivations").glob("*/printed.toml"))
HUANG = ROOT / "derivations" / "huang2018"
