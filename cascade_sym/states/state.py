"""What a state may be given as, which of its modes are meant, and how a figure of it is computed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from flint import arb, fmpq, fmpq_mat
from sympy import Expr

from cascade_sym.conventions import STANDARD
from cascade_sym.definitions import Definitions
from cascade_sym.errors import NoClosedForm, ParameterError, UnknownName, UnphysicalError, did_you_mean, listing
from cascade_sym.program.balls import Undecided
from cascade_sym.program.numbers import exact_number
from cascade_sym.solve.covariance import Covariance
from cascade_sym.states.exact_matrices import Numbers, built, settled
from cascade_sym.symbols import Domains, domains_in, expression

Modes: TypeAlias = str | int | Sequence[str | int] | None
ACCURACY = 1e-13  # of figures that are logarithms: a product state has none, and its zero can't be told from 1e-17
ASYMMETRY = 1e-12  # of the largest element: what rounding leaves of a symmetric matrix of doubles
SENSITIVE = 1e-6  # relative change of a state by the rounding of its elements, beyond which there is a warning


@dataclass(frozen=True)
class Arrays:
    """Covariance matrices as doubles, shape (..., 2n, 2n)."""

    modes: tuple[str, ...]
    values: np.ndarray


def gaussian_state(matrix: Any, modes: Sequence[str] | None = None, *, conventions: Any = STANDARD) -> Covariance:
    """A Gaussian state from its covariance matrix, with named modes.

    `matrix` is a SymPy matrix (symbols are parameters, with what they declare), nested lists, whose floats are decimals
    (0.1 is 1/10), or a NumPy array, whose doubles are taken as they are. Rows and columns are in the order X_1, P_1,
    X_2, ..., and vacuum is 1/2, unless `conventions` say something else. The modes are called "1", "2", ... unless
    `modes` names them. Raises ParameterError for a matrix that is not symmetric or of odd size, and UnphysicalError for
    numbers that violate the uncertainty relation V + i Omega/2 >= 0 (floats: by more than their rounding).

    >>> V = gaussian_state([[0.3, 0], [0, 1]], ["a"])
    >>> V["X_a", "X_a"].inline(), V.modes
    (3/10, ('a',))
    """
    given, M = read_matrix(matrix, "a covariance matrix")
    floats = given.has(sp.Float) or isinstance(matrix, np.ndarray)
    size = M.shape[0]
    if M.shape != (size, size) or size % 2 or not size:
        raise ParameterError(
            f"a covariance matrix of n modes has 2n rows and columns; got {M.shape[0]} x {M.shape[1]}."
        )
    domains = domains_in(*given)
    M = symmetric(M, floats, "a covariance matrix")
    names = tuple(str(k + 1) for k in range(size // 2)) if modes is None else tuple(modes)
    if len(names) != size // 2 or len(set(names)) < len(names):
        raise ParameterError(f"{size // 2} modes need as many different names; got {list(names)}.")
    V = Covariance(names, {}, Definitions(domains=domains), conventions=conventions)
    q = V.quadratures
    elements = {(q[i], q[j]): M[i, j] for i in range(size) for j in range(i, size) if M[i, j] != 0}
    V = replace(V, elements=elements)
    in_order = standard_matrix(V, names)
    if not all(e.is_Rational for e in in_order):
        return V
    if floats:
        Numbers.of(names, np.array(in_order.tolist(), dtype=float))
    elif not Numbers(names, exactly(in_order)).physical:
        raise UnphysicalError(
            "the covariance matrix violates the uncertainty relation V + i Omega/2 >= 0. Vacuum is "
            f"{conventions.vacuum} here, and the order {', '.join(q)}; give `conventions` if it is another."
        )
    return V


def read_matrix(given: Any, what: str) -> tuple[sp.Matrix, sp.Matrix]:
    """A table of numbers and formulas as it is given, and in plain symbols and exact numbers: single floats are
    decimals, arrays of them are binary. ParameterError for anything else.
    """
    rows = given.tolist() if isinstance(given, np.ndarray | sp.MatrixBase) else given
    binary = isinstance(given, np.ndarray) and given.dtype.kind == "f"
    try:
        table = [[sp.Rational(e) if binary else e for e in row] for row in rows]
        exact = [[expression(exact_number(e)) for e in row] for row in table]
        return sp.Matrix(table), sp.Matrix(exact)
    except (TypeError, ValueError) as why:
        raise ParameterError(f"{what} is a square table of numbers or formulas: {why}") from None


def symmetric(M: sp.Matrix, rounded: bool, what: str) -> sp.Matrix:
    """A symmetric matrix, which one of floats may not be by rounding; ParameterError for another."""
    size = M.shape[0]
    allowed = ASYMMETRY * max((abs(e) for e in M if e.is_number), default=0) if rounded else 0
    for i in range(size):
        for j in range(i):
            off = sp.expand(M[i, j] - M[j, i])
            if off != 0 and not (off.is_number and abs(off) <= allowed):
                raise ParameterError(f"{what} is symmetric; {M[i, j]} and {M[j, i]} stand in {i, j} and {j, i}.")
    return sp.Matrix(size, size, lambda i, j: M[min(i, j), max(i, j)])


def exactly(M: sp.Matrix) -> fmpq_mat:
    """A matrix of rationals."""
    return built(M.shape[0], M.shape[1], lambda i, j: fmpq(int(M[i, j].p), int(M[i, j].q)))


def rebuilt(V: Covariance, table: Mapping[Any, Expr] | None = None, **parts: Any) -> Covariance:
    """A state of its own, without system and steps, with symbols replaced and other `parts`."""
    put = dict(table or {})
    definitions = parts.pop("definitions", V.definitions)
    weak = Domains(nonnegative=tuple(e.xreplace(put) for e in V.nonnegative))
    new = {"modes": V.modes, "elements": {k: e.xreplace(put) for k, e in V.elements.items()},
           "stability": tuple(e.xreplace(put) for e in V.stability), **parts}  # fmt: skip
    domains = definitions.domains.merged(weak)
    return Covariance(definitions=replace(definitions, domains=domains), conventions=V.conventions, **new)


def standard_matrix(V: Covariance, modes: Sequence[str]) -> sp.Matrix:
    """The covariance matrix of some modes over the definitions of V: vacuum 1/2, in the order X_1, P_1, X_2, ..."""
    ratio = sp.Rational(1, 2) / V.conventions.vacuum
    q = [f"{x}_{m}" for m in modes for x in "XP"]
    return sp.Matrix(len(q), len(q), lambda i, j: V.element(q[i], q[j]) * ratio)


def read_state(state: Any) -> Covariance | Numbers | Arrays:
    """The state that is given; ParameterError for what is none."""
    if isinstance(state, Covariance | Numbers):
        return state
    if isinstance(state, sp.MatrixBase):
        return gaussian_state(state)
    try:
        values = np.asarray(state, dtype=float)
    except (TypeError, ValueError):
        values = np.array(np.nan)
    if not values.ndim:
        raise ParameterError(
            f"a state is a Covariance, a SymPy matrix, or an array (..., 2n, 2n) of numbers; not {type(state).__name__}"
        )
    if values.ndim < 2 or values.shape[-1] != values.shape[-2] or values.shape[-1] % 2 or not values.shape[-1]:
        raise ParameterError(f"covariance matrices of n modes have the shape (..., 2n, 2n); got {values.shape}.")
    with np.errstate(invalid="ignore"):
        skew = np.abs(values - np.swapaxes(values, -1, -2))
    if (skew > ASYMMETRY * np.abs(values).max(initial=0, where=np.isfinite(values))).any():
        raise ParameterError("a covariance matrix is symmetric; give (V + V.T)/2 if it is so up to rounding.")
    return Arrays(tuple(str(k + 1) for k in range(values.shape[-1] // 2)), values)


def chosen(known: tuple[str, ...], selection: Modes, taken: Iterable[str] = ()) -> tuple[str, ...]:
    """The names of the modes that are meant, all for None; UnknownName or ParameterError else."""
    if selection is None:
        return known
    given = [selection] if isinstance(selection, str | int | np.integer) else list(selection)
    names = tuple(str(m) for m in given)
    if bad := set(names) - set(known):
        raise UnknownName(f"no mode {listing(bad)}; the modes are {listing(known)}.{did_you_mean(bad, known)}")
    if not names or len(set(names)) < len(names):
        raise ParameterError(f"give different modes of {listing(known)}; got {given!r}.")
    if twice := set(names) & set(taken):
        raise ParameterError(
            f"{listing(twice)} in both parts: entanglement of a mode with itself; give two different modes of "
            f"{listing(known)}."
        )
    return names


class Enclosures(list[arb]):
    """Figures in balls, and the absolute error that is allowed."""

    def __init__(self, found: Iterable[arb], atol: float) -> None:
        super().__init__(found)
        self.atol = atol


def computed(
    state: Any,
    parts: Sequence[Modes],
    closed: Callable[..., Any],
    number: Callable[..., list[arb]],
    *,
    several: bool = False,
    atol: float = 0.0,
) -> Any:
    """A figure of a state with the modes in `parts` (which have none in common).

    `closed` makes it from a Covariance and the names in each part; `number` from Numbers of these modes, in balls: a
    list of one, or of `several`. Arrays give doubles that are right to 1e-15 of them or to `atol`, for the doubles
    given, nan where an element is nan or no precision tells.
    """
    given = read_state(state)
    names: list[tuple[str, ...]] = []
    for part in parts:
        names.append(chosen(given.modes, part, [m for n in names for m in n]))
    every = tuple(m for n in names for m in n)
    if isinstance(given, Covariance):
        return closed(given, *names)
    if isinstance(given, Numbers):
        return Enclosures(number(given.part(every), *names), atol)
    return at_points([given], every, lambda states: number(states[0], *names), several=several, atol=atol)


def at_points(
    states: Sequence[Arrays],
    modes: tuple[str, ...],
    compute: Callable[[Sequence[Numbers]], list[arb]],
    *,
    several: bool = False,
    atol: float = 0.0,
) -> Any:
    """A figure of one or two stacks of matrices, which broadcast, at each point; see `computed`."""
    stacks = []
    for given in states:
        at = [2 * given.modes.index(m) + q for m in modes for q in (0, 1)]
        stacks.append(given.values[..., at, :][..., at])
    try:
        shape = np.broadcast_shapes(*(V.shape for V in stacks))
    except ValueError:
        raise ParameterError(f"the shapes of the states do not fit: {[V.shape for V in stacks]}.") from None
    flat = [np.broadcast_to(V, shape).reshape(-1, *shape[-2:]) for V in stacks]
    rows = [_at_point(at, modes, compute, atol) for at in zip(*flat, strict=True)]
    width = max((len(r) for r, _ in rows), default=0)
    found = np.array([r or [np.nan] * width for r, _ in rows]).reshape(*shape[:-2], width)
    _warn([why for _, why in rows])
    out = found if several else found[..., 0] if width else np.full(shape[:-2], np.nan)
    return out if out.ndim else float(out)


def _at_point(
    matrices: Sequence[np.ndarray],
    modes: tuple[str, ...],
    compute: Callable[[Sequence[Numbers]], list[arb]],
    atol: float,
) -> tuple[list[float], str]:
    """The figure at one point, and what is to be said about it."""
    if not all(np.isfinite(V).all() for V in matrices):
        return [], ""
    states = [Numbers.of(modes, V) for V in matrices]
    if not all(N.definite for N in states):
        return [], "lost"
    try:
        found = settled(lambda _: (compute(states), atol))
    except Undecided:
        return [], "lost"
    return found, "" if all(map(_insensitive, matrices)) else "sensitive"


def _insensitive(V: np.ndarray) -> bool:
    """Whether the rounding of its elements changes a matrix little, in the order of positive matrices."""
    scale = np.sqrt(np.diag(V))
    low = float(np.linalg.eigvalsh(V / np.outer(scale, scale)).min())
    return 2.0**-53 * len(V) <= SENSITIVE * low


def _warn(why: list[str]) -> None:
    """Warnings that count points."""
    if lost := why.count("lost"):
        warnings.warn(
            f"{lost} of {len(why)} states are not positive definite, or have a figure that can't be told; it is nan.",
            RuntimeWarning, stacklevel=4,
        )  # fmt: skip
    if sensitive := why.count("sensitive"):
        warnings.warn(
            f"{sensitive} of {len(why)} states are squeezed so strongly that the rounding of their elements counts: "
            "the figures are those of the doubles given. A Covariance of formulas has no such rounding.",
            RuntimeWarning, stacklevel=4,
        )  # fmt: skip


def no_closed_form(what: str, function: str, modes: Sequence[str], instead: str = "") -> NoClosedForm:
    numbers = instead or f"its numbers come from cs.state_evaluator(cs.{function}, V, ...)."
    return NoClosedForm(f"the {what} of the modes {listing(modes)} has no closed form; {numbers}")
