"""Values in files: every frozen value of the toolkit by its type and fields; other rooms register what is no such."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from functools import singledispatch
from importlib import import_module
from typing import Any

import flint
import mpmath as mp
import numpy as np
import sympy as sp

from cascade_sym.errors import SavedFileError
from cascade_sym.operators import Op
from cascade_sym.saved.expressions import expression_restored, expression_stored
from cascade_sym.shown import Listing, Shown, Table
from cascade_sym.steps import Step, not_stored

CODECS: dict[str, Callable[[Any], Any]] = {}  # "room.Type" -> what makes it of its stored parts


def codec(kind: type, make: Callable[[Any], Any]) -> None:
    """Say how a type that is no dataclass is made of what `stored.register` stores for it."""
    CODECS[type_name(kind)] = make


def type_name(kind: type) -> str:
    """A type as files call it: "room.Type" for what shows itself, with its module for what is only a part of that."""
    _, *path = kind.__module__.split(".")
    return f"{path[0] if issubclass(kind, Shown | StrEnum) else '.'.join(path)}.{kind.__qualname__}"


@singledispatch
def stored(value: Any) -> Any:
    """A value as JSON-ready data (see `cascade_sym.saved`); SavedFileError for what can't be stored."""
    if value is None or (isinstance(value, bool | str) and not isinstance(value, StrEnum)):
        return value
    if isinstance(value, int):
        return int(value)
    if _is_ours(type(value)):
        return {"type": type_name(type(value)), "fields": _fields_stored(value)}
    if type(value).__name__ == "DataArray":
        return _labelled(value)
    what = getattr(value, "__qualname__", type(value).__name__)
    if callable(value):
        raise SavedFileError(f"{what} is a function, and functions can't be stored; store what it computes.")
    raise SavedFileError(f"a {what} can't be stored; store quantities, systems, covariances, tables of them.")


def _labelled(data: Any) -> Any:
    """A dataset of xarray, or one of its arrays."""
    return {"data": {"kind": type(data).__name__, "content": stored(data.to_dict())}}


def _fields_stored(value: Any) -> dict[str, Any]:
    out = {}
    for f in fields(value):
        if f.init and not _is_default(f, v := getattr(value, f.name)):
            out[f.name] = stored(v)
    return out


def _is_default(f: Field[Any], v: Any) -> bool:
    if f.default is not MISSING:
        return v is f.default or (type(v) is type(f.default) and bool(v == f.default))
    return f.default_factory is not MISSING and isinstance(v, dict | tuple) and not v


def _is_ours(kind: type) -> bool:
    frozen = is_dataclass(kind) and kind.__dataclass_params__.frozen  # type: ignore[attr-defined]
    named = issubclass(kind, tuple) and hasattr(kind, "_fields")
    return kind.__module__.startswith("cascade_sym.") and (frozen or named)


@stored.register
def _(value: sp.Basic) -> Any:
    return expression_stored(value)


@stored.register(sp.MatrixBase)
def _(value: Any) -> Any:
    return {"matrix": {"shape": list(value.shape), "entries": [stored(e) for e in value]}}


@stored.register
def _(value: StrEnum) -> Any:
    return {"type": type_name(type(value)), "word": str(value)}


@stored.register
def _(value: float) -> Any:
    return {"number": repr(float(value))}


@stored.register
def _(value: complex) -> Any:
    return {"number": [repr(value.real), repr(value.imag)]}


@stored.register
def _(value: np.generic) -> Any:
    return stored(value.item())


@stored.register
def _(value: np.ndarray) -> Any:
    data = [stored(x) for x in value.ravel().tolist()]
    return {"array": {"shape": list(value.shape), "dtype": str(value.dtype), "data": data}}


@stored.register(mp.mpf)
def _(value: Any) -> Any:
    sign, mantissa, exponent, _ = value._mpf_
    return {"decimal": [int(sign), str(mantissa), int(exponent)]}


@stored.register
def _(value: flint.arb) -> Any:
    return {"ball": [[str(n) for n in x.man_exp()] for x in (value.mid(), value.rad())]}


@stored.register
def _(value: Op) -> Any:
    return {"op": [value.name, value.dag]}


@stored.register
def _(value: tuple) -> Any:
    items = [stored(v) for v in value]
    if _is_ours(type(value)):
        return {"type": type_name(type(value)), "items": items}
    return {"listing": items} if isinstance(value, Listing) else items


@stored.register
def _(value: list) -> Any:
    return {"list": [stored(v) for v in value]}


@stored.register(frozenset)
@stored.register(set)
def _(value: Any) -> Any:
    return {"set": [stored(v) for v in sorted(value, key=str)]}


@stored.register(Mapping)
def _(value: Mapping[Any, Any]) -> Any:
    if _is_ours(type(value)):
        return {"type": type_name(type(value)), "fields": _fields_stored(value)}
    if type(value).__name__ == "Dataset":
        return _labelled(value)
    key = "results" if isinstance(value, Table) else "table"
    if all(isinstance(k, str) and not isinstance(k, StrEnum) for k in value):
        return {key: {k: stored(v) for k, v in value.items()}}
    return {"pairs": [[stored(k), stored(v)] for k, v in value.items()]}


@stored.register
def _(value: Step) -> Any:
    parts = {k: stored(getattr(value, k)) for k in ("kind", "title", "note")}
    tables = {k: stored({n: _kept(v) for n, v in getattr(value, k).items()}) for k in ("before", "after")}
    return {"type": "steps.Step", "fields": {**parts, **tables, "checked": value.check is not None}}


def _kept(value: Any) -> Any:
    """What a step shows, or the words for what no file holds."""
    try:
        stored(value)
    except SavedFileError:
        return str(value)[:200]
    return value


def _step(given: dict[str, Any]) -> Step:
    checked = given.pop("checked")
    return Step(**given, check=not_stored if checked else None)


CODECS["steps.Step"] = _step


# -- back --------------------------------------------------------------------------------------------------


def restored(data: Any) -> Any:
    """The value that `stored` was given; SavedFileError for data that it did not make."""
    if data is None or isinstance(data, bool | int | str):
        return data
    if isinstance(data, list):
        return tuple(map(restored, data))
    if not isinstance(data, dict):
        raise SavedFileError(f"{str(data)[:40]!r} is no stored value.")
    if "type" in data:
        return _typed(data)
    for key, make in _MAKERS.items():
        if key in data:
            return make(data[key]) if key not in ("formula", "tree") else expression_restored(data)
    raise SavedFileError(f"an object with the keys {', '.join(map(str, data))[:80]} is no stored value.")


def _typed(data: dict[str, Any]) -> Any:
    name = data["type"]
    if "word" in data:
        kind = _kind(name)
        if not issubclass(kind, StrEnum):
            raise SavedFileError(f"{name} has no words.")
        return kind(data["word"])
    if "items" in data:
        return _kind(name)(*map(restored, data["items"]))
    given = data["fields"]
    if not isinstance(given, dict):
        raise SavedFileError(f"the fields of {name} are no table.")
    values = {str(k): restored(v) for k, v in given.items()}
    if name not in CODECS:
        kind = _kind(name)
        known = {f.name for f in fields(kind) if f.init} if is_dataclass(kind) else set()
        if bad := sorted(set(values) - known):
            raise SavedFileError(f"{name} has no field {bad[0]!r}.")
    return CODECS[name](values) if name in CODECS else kind(**values)


def _kind(name: Any) -> type:
    """A type of the toolkit by its name in files: an enumeration or a frozen value, whose making runs no program."""
    path, _, own = str(name).rpartition(".")
    rooms = (
        *vars(import_module("cascade_sym"))["_ROOMS"],
        "program",
        "formula",
        "folder",
        "ledger",
        "misprints",
        "declared",
        "manuscript",
        "verdicts",
    )
    if path.split(".")[0] in rooms and all(re.fullmatch(r"[a-z][a-z0-9_]*", p) for p in path.split(".")):
        try:
            module = import_module(f"cascade_sym.{path}")
        except ImportError:
            module = None
        kinds = _descendants((Shown, StrEnum)) if "." not in path else iter(())
        for kind in (*kinds, getattr(module, own, None)):
            if not isinstance(kind, type) or not kind.__module__.startswith("cascade_sym."):
                continue
            if (_is_ours(kind) or issubclass(kind, StrEnum)) and type_name(kind) == name:
                return kind
    raise SavedFileError(f"there is no type {name!r} in this version of the toolkit.")


def _descendants(kinds: tuple[type, ...]) -> Iterator[type]:
    for kind in kinds:
        yield kind
        yield from _descendants(tuple(kind.__subclasses__()))


def _number(data: Any) -> Any:
    return complex(*map(float, data)) if isinstance(data, list) else float(data)


def _array(data: Any) -> Any:
    return np.array([restored(x) for x in data["data"]], dtype=data["dtype"]).reshape(data["shape"])


def _matrix(data: Any) -> Any:
    return sp.ImmutableDenseMatrix(*data["shape"], [restored(e) for e in data["entries"]])


def _ball(data: Any) -> Any:
    with flint.ctx.workprec(4096):
        middle, radius = (flint.arb(int(m)) * flint.arb(2) ** int(e) for m, e in data)
        return flint.arb(middle, radius)


def _decimal(data: Any) -> Any:
    sign, mantissa, exponent = (int(x) for x in data)
    return mp.make_mpf(mp.libmp.from_man_exp(-mantissa if sign else mantissa, exponent))


def _dataset(data: Any) -> Any:
    from cascade_sym.extras import require

    require("datasets", "xarray", extra="sweeps")
    import xarray

    kind: Any = {"Dataset": xarray.Dataset, "DataArray": xarray.DataArray}[data["kind"]]
    return kind.from_dict(restored(data["content"]))


_MAKERS: dict[str, Callable[[Any], Any]] = {
    "formula": expression_restored, "tree": expression_restored, "op": lambda d: Op(str(d[0]), bool(d[1])),
    "number": _number, "array": _array, "matrix": _matrix, "ball": _ball, "decimal": _decimal, "data": _dataset,
    "list": lambda d: [restored(x) for x in d], "listing": lambda d: Listing(map(restored, d)),
    "set": lambda d: frozenset(map(restored, d)), "table": lambda d: {k: restored(v) for k, v in d.items()},
    "results": lambda d: Table({k: restored(v) for k, v in d.items()}),
    "pairs": lambda d: {restored(k): restored(v) for k, v in d},
}  # fmt: skip
