"""cascade_sym: derive, check and evaluate the formulas of cascaded quantum-optical systems.

The table of contents is the stub beside this file, `__init__.pyi`, which type checkers and editors read. Every name in
it is loaded when it is first used, so that importing the package costs little more than nothing.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

from cascade_sym import shown

__version__ = "0.1.0"

_STUB = __spec__.loader.get_data(f"{__file__}i").decode()  # type: ignore[union-attr]
_CONTENTS = {
    room: tuple(re.findall(r"(\w+) as \1", one or several))
    for room, several, one in re.findall(
        r"^from (?:cascade_sym)?\.(\S*) import (?:\(([^)]*)\)|(.*))", _STUB, re.MULTILINE
    )
}
_ROOMS = _CONTENTS.pop("")
_HOME = {name: room for room, names in _CONTENTS.items() for name in names}

__all__ = sorted(_HOME)

_PAINTERS = {
    "latex": "latex.displayed.prompt_latex", "text": "latex.plain.value_text", "html": "latex.folded_html.value_html",
    "plot": "pictures.axes.value_plot", "statespace": "exchange.to_statespace",
    "simplified": "compact.simplified.simplified", "named": "compact.combinations.named",
}  # fmt: skip


def _painter(kind: str, value: Any, **options: Any) -> Any:
    room, _, name = _PAINTERS[kind].rpartition(".")
    return getattr(import_module(f"cascade_sym.{room}"), name)(value, **options)


shown.painter = _painter


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"cascade_sym.{_HOME[name]}"), name)
    if name in _ROOMS:
        return import_module(f"cascade_sym.{name}")
    from cascade_sym.errors import did_you_mean

    near = "" if name.startswith("_") else did_you_mean([name], [*_HOME, *_ROOMS])  # programs ask for such names
    raise AttributeError(f"cascade_sym has no {name!r}.{near}", name=name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
