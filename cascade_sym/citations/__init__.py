"""What to cite for a result: the toolkit, the paper of a folder, the methods that the result rests on.

The literature behind the methods is in methods.bib, whose comments say what each entry is cited for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from cascade_sym.errors import ParameterError
from cascade_sym.shown import Card, Shown, card
from cascade_sym.system.sectors import flow_order

__all__ = ["METHODS", "Reference", "citation", "references"]
_ENTRY = re.compile(r"% (?P<use>.+)\n@(?P<kind>\w+)\{(?P<key>\w+),\n(?P<fields>(?:  .+\n)*)\}")
_FIELD = re.compile(r"  (\w+) = \{(.*)\},\n")


@dataclass(frozen=True)
class Reference(Shown):
    """One entry of a bibliography: key, kind ("article", "book", "misc"), fields, and what it is cited for."""

    key: str
    kind: str
    fields: Mapping[str, str]
    use: str = ""

    def bibtex(self) -> str:
        """The entry in BibTeX.

        >>> print(Reference("a2020", "misc", {"title": "T", "year": "2020"}).bibtex())
        @misc{a2020,
          title = {T},
          year = {2020},
        }
        """
        lines = [f"  {k} = {{{_balanced(v)}}}," for k, v in self.fields.items()]
        return "\n".join([f"@{self.kind}{{{self.key},", *lines, "}"])


@card.register
def _(value: Reference) -> Card:
    return Card(value.bibtex(), {})


def _balanced(text: str) -> str:
    """Text without its braces where they would end the field early."""
    depth = 0
    for c in text:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            break
    return text if depth == 0 else text.replace("{", "").replace("}", "")


METHODS: Mapping[str, Reference] = {
    m["use"]: Reference(m["key"], m["kind"], dict(_FIELD.findall(m["fields"])), m["use"])
    for m in _ENTRY.finditer((files("cascade_sym.citations") / "methods.bib").read_text(encoding="utf-8"))
}


def citation(*results: Any) -> None:
    """Print BibTeX for what `results` rest on: the toolkit, and the papers and methods behind each.

    A result is anything that the toolkit returns (a system, a covariance, a quantity, a scaling, a sweep, a ledger
    entry, ..., or several in a dict, list or tuple), or a paper's folder (loaded, or its path). The methods are those
    of the steps of its derivation and of its kind; a comment before each entry says what it is cited for. Raises
    ParameterError for anything else. Source: the docstrings of the functions that made the result say more.

    >>> citation()  # doctest: +ELLIPSIS
    % the toolkit
    @software{cascade_sym,
    ...
    """
    print("\n\n".join(f"% {r.use}\n{r.bibtex()}" for r in references(*results)))


def references(*results: Any) -> tuple[Reference, ...]:
    """The references that `citation` prints, each once.

    >>> import cascade_sym as cs
    >>> V = cs.covariance(cs.Oscillator("M", mass=+1))
    >>> [r.key for r in references(V)]
    ['cascade_sym', 'gough2009', 'gardiner1985', 'meurer2017', 'flint']
    """
    found: dict[str, Reference] = {}
    for r in (_toolkit(), *(r for x in results for r in _behind(x))):
        found.setdefault(r.key, r)
    return tuple(found.values())


def _toolkit() -> Reference:
    from cascade_sym import __version__

    title = "cascade-sym: symbolic derivation of the formulas of cascaded quantum-optical systems"
    fields = {"author": "{The cascade-sym authors}", "title": f"{{{title}}}", "version": __version__}
    return Reference("cascade_sym", "software", fields, use="the toolkit")


def _behind(result: Any) -> Iterator[Reference]:
    from cascade_sym.folder.load import Folder

    if isinstance(result, str | Path):
        from cascade_sym.folder.printed import read_printed

        yield _paper(read_printed(Path(result) / "printed.toml"))
    elif isinstance(result, Folder):
        yield _paper(result.printed)
    else:
        found = methods(result)
        if not found:
            raise ParameterError(
                f"no citation for {type(result).__name__}: give something that the toolkit returned, or a paper's "
                "folder."
            )
        for name in found:
            yield METHODS[name]


def _paper(printed: Any) -> Reference:
    """The paper of a folder: its own BibTeX fields, or what its title and reference say."""
    fields = dict(printed.bibtex)
    title = {"title": f"{{{printed.title}}}"}
    if not fields:
        return Reference(printed.name, "misc", {**title, "note": printed.reference}, use="the paper")
    key, kind = fields.pop("key", printed.name), fields.pop("type", "article")
    return Reference(key, kind, {**title, **fields}, use="the paper")


# (kind of a step, words of its title or note) -> methods; one step may meet several
STEPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("composition", "", ("series product", "input-output")),
    ("composition", "master equation", ("quantum measurement",)),
    ("simplification", "Gaussian closure", ("conditional states", "filtering")),
    ("solve", "spectral factorisation", ("spectral factorisation",)),
    ("fourier", "susceptibilities", ("input-output", "noise spectra")),
    ("input", "estimator of the amplitude", ("matched filter",)),
    ("solve", "Hurwitz determinants", ("integrals of spectra",)),
    ("readout", "weight of the EPR variables", ("EPR variance",)),
    ("expansion", "leading order", ("Puiseux series and valuations",)),
    ("expansion", "along the optimum", ("high precision",)),
    ("minimisation", "elimination", ("elimination",)),
    ("minimisation", "from the digits", ("polynomials from digits",)),
)
# where the type of a result is defined -> methods; of nested rooms all count
ROOMS: Mapping[str, tuple[str, ...]] = {
    "parts": ("input-output",),
    "parts.slh": ("series product",),
    "parts.detectors": ("quantum measurement",),
    "system": ("input-output",),
    "system.network": ("series product",),
    "compose": ("series product", "input-output"),
    "compose.physical": ("physical realisability",),
    "derive": ("input-output",),
    "derive.master_equation": ("series product", "quantum measurement"),
    "solve": ("series product", "input-output"),
    "solve.conditional": ("conditional states", "filtering"),
    "spectra": ("input-output", "noise spectra"),
    "sensing": ("input-output",),
    "asymptotics": ("Puiseux series and valuations",),
    "asymptotics.result": ("high precision",),
    "evaluate": ("arrays",),
    "evaluate.conditional": ("series product", "input-output", "conditional states", "filtering", "doubling"),
    "declared": ("ball arithmetic",),
}
ALGEBRA = ("computer algebra", "exact polynomials")
# names that the toolkit gives to figures of merit, whose definitions no step has
FIGURES = {"xi": "EPR variance", "E_N": "logarithmic negativity"}


def methods(result: Any) -> tuple[str, ...]:
    """Names of the methods behind a result, each once; none for what is no result of the toolkit.

    >>> import cascade_sym as cs
    >>> methods(cs.noise_spectrum(cs.Oscillator("M"), "P_L"))
    ('input-output', 'noise spectra', 'computer algebra', 'exact polynomials')
    """
    return tuple(dict.fromkeys(_methods(result)))


def _methods(result: Any) -> Iterator[str]:
    from sympy import Basic, MatrixBase

    module = type(result).__module__
    if isinstance(result, Basic | MatrixBase):
        yield from ALGEBRA
    elif module.startswith("xarray."):
        if str(result.attrs.get("source", "")).startswith("cascade_sym "):
            yield from ("arrays", "labelled arrays", *(["optimisation"] if "optimised" in result.attrs else []))
    elif module.startswith("cascade_sym.") and module != "cascade_sym.shown":  # there are lists and tables of results
        steps = getattr(result, "steps", None)
        if steps is None:
            steps = getattr(getattr(result, "derivation", None), "steps", ())
        for step in steps if isinstance(steps, tuple | list) else ():
            said = f"{step.title} {step.note}"
            yield from (n for kind, words, names in STEPS if step.kind == kind and words in said for n in names)
        yield from _of_a_type(result, module.removeprefix("cascade_sym."))
        yield from ALGEBRA
    elif isinstance(result, Mapping | list | tuple):
        for x in result.values() if isinstance(result, Mapping) else result:
            yield from _methods(x)


def _of_a_type(result: Any, module: str) -> Iterator[str]:
    for room, names in ROOMS.items():
        if module == room or module.startswith((f"{room}.", f"{room}_")):
            yield from names
    for system in (result, getattr(result, "system", None)):
        if getattr(system, "internal", None):  # light between parts
            yield from ROOMS["compose"]
            if _has_loop(system):
                yield "feedback networks"
    options = getattr(result, "options", None)
    if options is not None and (options.error or options.precision == "guaranteed"):
        yield "ball arithmetic"
    name = getattr(result, "name", "")
    for start, method in FIGURES.items():
        if isinstance(name, str) and (name == start or name.startswith(f"{start}_")):
            yield method
    for name in ("law", "scaling"):
        yield from _methods(getattr(result, name, None))
    for statement in getattr(result, "statements", ()):
        yield from _methods(statement.derived)


def _has_loop(system: Any) -> bool:
    """Whether light that a mode has met comes back to it."""
    modes = set(system.modes)
    light: dict[str, set[str]] = {}  # field between parts -> modes that it has met
    for name, form in system.internal.items():
        met = {op.name for op in form.terms}
        light[name] = (met & modes).union(*(light[n] for n in met if n in light))
    near = {mode: {op.name for op in form.terms} for mode, form in system.drift.items()}
    by_light = {mode: set().union(*(light.get(n, ()) for n in names)) for mode, names in near.items()}
    order = flow_order(system.modes, {mode: names & modes | by_light[mode] for mode, names in near.items()})
    loop = {mode: k for k, part in enumerate(order) for mode in part}
    return any(loop[source] == loop[mode] for mode, sources in by_light.items() for source in sources)
