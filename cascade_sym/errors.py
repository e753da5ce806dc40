"""Every error the toolkit raises on purpose, as one small tree.

Each message says what was given, what was expected and what to do next. Programs catch
`CascadeError`; the command line turns it into exit code 2 without a traceback.
"""

from __future__ import annotations

from collections.abc import Iterable


class CascadeError(Exception):
    """Base of all errors raised on purpose by cascade_sym."""


class ParameterError(CascadeError, ValueError):
    """A parameter has an impossible value: a negative rate, a loss outside [0, 1], a wrong type."""


class UnknownParameter(ParameterError):
    """A parameter was set that the quantity does not have."""


class DomainConflict(ParameterError):
    """One parameter is declared in two ways that exclude each other: positive and negative, real and complex."""


class MissingParameter(ParameterError):
    """A parameter that the quantity needs was not given."""


class UnknownName(CascadeError, LookupError):
    """A mode, port, field, quantity or equation of that name does not exist."""


class DuplicateName(CascadeError, ValueError):
    """Two modes, fields or symbols carry the same name."""


class PortMismatch(CascadeError, ValueError):
    """Two ports that do not fit were connected."""


class AlgebraicLoop(CascadeError, ValueError):
    """A feedback loop without delay has no unique solution."""


class UnstableError(CascadeError, ArithmeticError):
    """The system has no steady state: an amplitude grows or is undamped."""


class NotMarkovian(CascadeError, ArithmeticError):
    """White noise and damping without memory are needed, but a bath is coloured or damping depends on the frequency."""


class UnphysicalError(CascadeError, ArithmeticError):
    """Commutators are not preserved, or a covariance violates the uncertainty relation."""


class DivisionByZero(CascadeError, ZeroDivisionError):
    """A formula divides by an expression that is identically zero."""


class OutsideExactDomain(CascadeError, TypeError):
    """An expression contains something the exact algebra does not know (never silently ignored)."""


class WorkSpent(OutsideExactDomain):
    """A calculation in the exact algebra needs more operations than it is allowed: shorten the formula."""


class DerivationError(CascadeError, ArithmeticError):
    """A derivation step does not apply, or its own check failed."""


class FormulaError(CascadeError, ValueError):
    """A formula could not be read: the text, the position and what was expected are given."""


class FolderError(CascadeError, ValueError):
    """A paper's folder is missing, malformed or inconsistent."""


class LedgerError(CascadeError, ValueError):
    """A stored ledger is of another schema version, or is none."""


class SavedFileError(CascadeError, ValueError):
    """A result can't be stored, or a file with one is missing, damaged or of another kind."""


class NewerFormat(SavedFileError):
    """A file was written by a newer version of the toolkit than the one that reads it."""


class ReservedName(FolderError, ParameterError):
    """A parameter of a folder has the name of a constant or a function of the language of formulas."""


def listing(names: Iterable[object]) -> str:
    """Names, sorted and quoted, for an error message.

    >>> listing(["b", "a"])
    "'a', 'b'"
    """
    return ", ".join(repr(str(n)) for n in sorted(map(str, names))) or "none"


def require_type(value: object, kind: type | tuple[type, ...], what: str, how: str) -> None:
    """ParameterError unless a value is of a kind: `what` names the argument, `how` says how one is made.

    >>> require_type(3, str, "the name", "write it in quotes")
    Traceback (most recent call last):
    cascade_sym.errors.ParameterError: the name must be of the type str; got int: write it in quotes.
    """
    if not isinstance(value, kind):
        kinds = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise ParameterError(f"{what} must be of the type {kinds}; got {type(value).__name__}: {how}.")


def did_you_mean(names: Iterable[str], known: Iterable[str]) -> str:
    """The nearest known names as the end of an error message; nothing where none is near.

    >>> did_you_mean(["Gama"], ["Gamma", "n"])
    " Did you mean 'Gamma'?"
    """
    from difflib import get_close_matches

    have = sorted(known)
    near = dict.fromkeys(m for n in sorted(names) for m in get_close_matches(n, have, 1))
    return f" Did you mean {listing(near)}?" if near else ""


class ScalingError(DerivationError):
    """Base of the reasons why an asymptotic scaling does not exist or can't be derived."""


class NoPowerLaw(ScalingError):
    """The optimum does not follow powers of the large parameter (a logarithm, an exponential, an oscillation)."""


class UnboundedObjective(ScalingError):
    """The objective has no minimum: it decreases without bound inside the allowed region."""


class OptimumAtInfinity(ScalingError):
    """The objective keeps improving as another parameter grows; no finite optimum exists."""


class IndependentObjective(ScalingError):
    """The objective, or its optimum, does not depend on the parameter that was asked about."""


class NoLimit(ScalingError, ParameterError):
    """A limit diverges, depends on the path, or was not proved to be the same along every path."""


class NoOptimum(ScalingError):
    """No optimum was found inside the allowed region."""


class NoDetector(ParameterError):
    """A conditional state was asked for, but nothing is measured."""


class UndetectableError(UnstableError):
    """A mode grows and the detectors don't see it: there is no conditional steady state."""


class NoClosedForm(CascadeError, LookupError):
    """The result exists but has no closed form here; its numbers come from an evaluator."""


class MissingLibrary(CascadeError, ImportError):
    """Something was asked for that needs a library which is not installed."""
