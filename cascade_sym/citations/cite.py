"""What to cite for a result: the toolkit, the paper of a folder, the methods that the result rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cascade_sym.citations.references import METHODS, Reference
from cascade_sym.errors import ParameterError

_ALGEBRA = ("computer algebra", "exact polynomials")
_NETWORK = ("series product", "input-output")


def citation(*results: Any) -> None:
    """Print BibTeX for what `results` rest on: the toolkit, and the papers and methods behind each.

    A result is anything that the toolkit returns (a system, a covariance, a quantity, a scaling, a ledger entry, ...),
    or a paper's folder (loaded, or its path). Raises ParameterError for anything else. Source: the docstrings of the
    functions that made the result say more.

    >>> citation()  # doctest: +ELLIPSIS
    @software{cascade_sym,
    ...
    """
    print("\n\n".join(r.bibtex() for r in references(*results)))


def references(*results: Any) -> tuple[Reference, ...]:
    """The references that `citation` prints, each once.

    >>> import cascade_sym as cs
    >>> V = cs.covariance(cs.Oscillator("M", mass=+1))
    >>> [r.key for r in references(V)]
    ['cascade_sym', 'gough2009series', 'gardiner1985', 'meurer2017', 'flint']
    """
    found: dict[str, Reference] = {}
    for r in (_toolkit(), *(r for x in results for r in _behind(x))):
        found.setdefault(r.key, r)
    return tuple(found.values())


def _toolkit() -> Reference:
    from cascade_sym import __version__

    title = "cascade-sym: symbolic derivation of the formulas of cascaded quantum-optical systems"
    return Reference("cascade_sym", "software", {"title": f"{{{title}}}", "version": __version__})


def _behind(result: Any) -> Iterator[Reference]:
    from cascade_sym.paper import Entry, Folder

    if isinstance(result, str | Path):
        from cascade_sym.paper.printed import read_printed

        yield _paper(read_printed(Path(result) / "printed.toml"))
    elif isinstance(result, Folder):
        yield _paper(result.printed)
    elif isinstance(result, Entry):
        for key in (*_ALGEBRA, *_NETWORK):
            yield METHODS[key]
        for v in result.statements:
            yield from _behind(v.derived)
    else:
        for key in _methods(result):
            yield METHODS[key]


def _paper(printed: Any) -> Reference:
    """The paper of a folder: its own BibTeX fields, or what its title and reference say."""
    fields = dict(printed.bibtex)
    if not fields:
        return Reference(printed.name, "misc", {"title": f"{{{printed.title}}}", "note": printed.reference})
    key, kind = fields.pop("key", printed.name), fields.pop("type", "article")
    return Reference(key, kind, {"title": f"{{{printed.title}}}", **fields})


def _methods(result: Any) -> tuple[str, ...]:
    """Names of the methods behind a result, by its type."""
    from sympy import Expr

    from cascade_sym.asymptotics.result import Scaling
    from cascade_sym.definitions import Definitions, Quantity
    from cascade_sym.derive.master_equation import MasterEquation
    from cascade_sym.derive.master_equation_moments import MomentEquations
    from cascade_sym.evaluate.evaluator import Evaluator
    from cascade_sym.operators import LinearForm, OperatorPolynomial, Superoperator
    from cascade_sym.paper.evaluate import Evaluated
    from cascade_sym.paper.model import Leading, PowerLaw
    from cascade_sym.parts.part import Part
    from cascade_sym.sensing.sensitivity import Sensitivity
    from cascade_sym.solve import Covariance
    from cascade_sym.solve.conditional.covariance import ConditionalCovariance
    from cascade_sym.solve.conditional.riccati import Riccati
    from cascade_sym.spectra.spectrum import Spectrum
    from cascade_sym.steps import Derivation
    from cascade_sym.system import LinearSystem

    filtering = ("conditional states", "quantum measurement", "doubling")
    table: tuple[tuple[type | tuple[type, ...], tuple[str, ...]], ...] = (
        ((ConditionalCovariance, Riccati), (*_NETWORK, *filtering, *_ALGEBRA)),
        ((Covariance, LinearSystem, Part), (*_NETWORK, *_ALGEBRA)),
        ((MasterEquation, MomentEquations, Superoperator), (*_NETWORK, "quantum measurement", *_ALGEBRA)),
        ((Spectrum, Sensitivity), (*_NETWORK, *_ALGEBRA)),
        ((Scaling, PowerLaw), (*_ALGEBRA, "high precision")),
        ((Evaluator, Evaluated), ("ball arithmetic", *_ALGEBRA)),
        ((Quantity, Definitions, Derivation, Leading, Expr, LinearForm, OperatorPolynomial), _ALGEBRA),
    )  # fmt: skip
    for types, keys in table:
        if isinstance(result, types):
            return (*keys, *_criteria(result))
    raise ParameterError(
        f"no citation for {type(result).__name__}: give something that the toolkit returned, or a paper's folder."
    )


def _criteria(result: Any) -> tuple[str, ...]:
    """The entanglement criterion that a quantity is, by the name that the toolkit gives it."""
    name = getattr(result, "name", "")
    known = {"epr": "EPR variance", "xi": "EPR variance", "log_negativity": "logarithmic negativity"}
    return tuple(dict.fromkeys(v for k, v in known.items() if isinstance(name, str) and name.lower().startswith(k)))
