"""Networks as text: parts and wires, one a line.

    # a comment
    S    oscillator    mass=-1 theta=pi/4       a part: its name, its kind, its parameters as formulas
    l    loss          epsilon=epsilon
    bs   beamsplitter  transmission=1/2
    S -> l -> bs.1                              wires: from an output to an input, "part.port" or "part"
    in   light = S                              the input port `light` of the network
    out  dark = bs.2                            and an output port; without such lines all open ports are shown

Kinds are the names of parts in lower case. Nothing of the text is run; formulas are read in the language of formulas,
where every name that is no constant is a real parameter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from itertools import pairwise
from typing import Any

import sympy as sp

from cascade_sym.compose.connect import connect
from cascade_sym.errors import CascadeError, FormulaError, did_you_mean, listing
from cascade_sym.formula import Environment, interpret, names_in, parse
from cascade_sym.parts import Part
from cascade_sym.symbols import symbol
from cascade_sym.system import LinearSystem

_PART = re.compile(r"(?P<name>[^\W\d][\w']*)\s+(?P<kind>[A-Za-z]\w*)(?P<rest>(?:\s+.*)?)")
_FIELD = re.compile(r"\s*(?P<key>[A-Za-z_]\w*)\s*=\s*(?P<value>[^\s=]+(?:\s+[^\s=]+)*?)(?=\s+[A-Za-z_]\w*\s*=|\s*$)")
_END = re.compile(r"(?P<side>in|out)\s+(?P<name>\S+)\s*=\s*(?P<port>\S+)")
NO_TEXT = {"SLH", "Chain"}  # parts that are made of operators or of parts


def from_netlist(text: str) -> LinearSystem:
    """The system of a network that is written as text (see `cascade_sym.exchange.netlist` for the form).

    Raises FormulaError with the line for text that can't be read, an unknown kind or parameter, and what
    `cascade_sym.connect` raises for wires that don't fit.

    >>> s = from_netlist('''
    ... c   cavity  kappa=4
    ... l   loss    epsilon=eps
    ... c -> l
    ... ''')
    >>> s.output("l.out").terms[list(s.output("l.out").terms)[0]]
    2*sqrt(1 - eps)
    """
    parts: dict[str, Part] = {}
    wires: list[tuple[str, str]] = []
    ends: dict[str, dict[str, str]] = {"in": {}, "out": {}}
    if not isinstance(text, str):
        raise FormulaError(f"a netlist is text; got {type(text).__name__}. Of a file give Path(...).read_text().")
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        if "->" in line:
            stops = [stop.strip() for stop in line.split("->")]
            if not all(stops):
                raise _wrong(number, line, "a wire leads from somewhere to somewhere: a -> b")
            wires += pairwise(stops)
        elif m := _END.fullmatch(line):
            ends[m["side"]][m["name"]] = m["port"]
        elif m := _PART.fullmatch(line):
            if m["name"] in parts:
                raise _wrong(number, line, f"there is a part {m['name']!r} already")
            parts[m["name"]] = _part(number, line, m["name"], m["kind"], m["rest"])
        else:
            raise _wrong(number, line, "give `name kind parameter=value ...`, `a -> b`, or `in name = part.port`")
    if not parts:
        raise FormulaError("the netlist has no parts; give lines such as `c  cavity  kappa=kappa`.")
    return connect(parts, wires, inputs=ends["in"] or None, outputs=ends["out"] or None)


def _kinds() -> dict[str, Any]:
    def below(kind: Any) -> Iterator[Any]:
        for k in kind.__subclasses__():
            yield k
            yield from below(k)

    return {
        k.__name__.lower(): k
        for k in below(Part)
        if k.__module__.startswith("cascade_sym.") and k.__name__ not in NO_TEXT
    }


def _part(number: int, line: str, name: str, kind: str, rest: str) -> Part:
    kinds = _kinds()
    if kind.lower() not in kinds:
        raise _wrong(
            number, line, f"no kind {kind!r}; there are {listing(kinds)}.{did_you_mean([kind.lower()], kinds)}"
        )
    make = kinds[kind.lower()]
    known = [f.name for f in fields(make) if f.init and f.name != "name"]
    given: dict[str, Any] = {}
    at = 0
    while rest[at:].strip():
        if (m := _FIELD.match(rest, at)) is None:
            raise _wrong(number, line, f"{rest[at:].strip()!r} is no parameter=value")
        if m["key"] not in known:
            raise _wrong(number, line, f"a {kind} has no parameter {m['key']!r}; it has {listing(known)}")
        if m["key"] in given:
            raise _wrong(number, line, f"{m['key']} is given twice")
        given[m["key"]] = _value(number, line, m["value"])
        at = m.end()
    build: Callable[..., Part] = make
    try:
        return build(name=name, **given)
    except (TypeError, CascadeError) as err:
        raise _wrong(number, line, str(err).rstrip(".")) from err


def _value(number: int, line: str, text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    try:
        node = parse(text)
        names = {n: symbol(n) for n in names_in(node) if n not in ("pi", "I", "oo")}
        value = interpret(node, Environment(names))
    except CascadeError as err:
        raise _wrong(number, line, str(err)) from err
    return int(value) if isinstance(value, sp.Integer) else value


def _wrong(number: int, line: str, why: str) -> FormulaError:
    return FormulaError(f"line {number} of the netlist, {line!r}: {why}.")
