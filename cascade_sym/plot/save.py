"""Figures as PDF and PNG, without dates or version numbers in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cascade_sym.errors import CascadeError

NOTHING = {"pdf": {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None}, "png": {"Software": None}}
DPI = 300


def save(figure: Any, stem: Path) -> tuple[Path, ...]:
    """Write stem.pdf and stem.png; CascadeError where that is not possible."""
    files = tuple(stem.with_name(f"{stem.name}.{kind}") for kind in NOTHING)
    try:
        stem.parent.mkdir(parents=True, exist_ok=True)
        for file, metadata in zip(files, NOTHING.values(), strict=True):
            figure.savefig(file, dpi=DPI, metadata=metadata)
    except OSError as err:
        raise CascadeError(f"can't write {stem.parent}: {err.strerror}; choose another place.") from err
    return files
