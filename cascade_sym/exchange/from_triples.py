"""SLH triples with any scattering matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp

from cascade_sym.errors import ParameterError
from cascade_sym.exact.truth import equal
from cascade_sym.operators import LinearForm, as_operator, op
from cascade_sym.parts.slh import SLH
from cascade_sym.symbols import conj, domains_in, expression
from cascade_sym.system import VACUUM, Inputs, LinearSystem, Port
from cascade_sym.system.network import series


def from_slh(
    S: Any, L: Sequence[Any], H: Any = 0, *, name: str = "slh", modes: Sequence[str] | None = None,
    ports: Sequence[str] | None = None,
) -> LinearSystem:  # fmt: skip
    """The system of an SLH triple: b_out = S b_in + L, with a unitary matrix of numbers S.

    `S` is a matrix (or nested lists, or 1 for the identity), `L` one linear coupling operator a channel, `H` the
    quadratic Hamiltonian, operators made by `cascade_sym.operator`; `ports` names the channels ("1", "2", ...).
    Raises ParameterError for shapes that don't fit and for an S that is not proved unitary, DerivationError as `SLH`.
    Source: Gough and James, IEEE Trans. Autom. Control 54, 2530 (2009).

    >>> import sympy as sp
    >>> from cascade_sym.operators import operator
    >>> a, k = operator("a"), sp.Symbol("kappa")
    >>> s = from_slh([[0, 1], [1, 0]], [sp.sqrt(k)*a, 0])
    >>> s.output("slh.out_1").terms
    {Op(name='a', dag=False): sqrt(kappa), Op(name='slh.in_2', dag=False): 1}
    """
    if not isinstance(L, Iterable) or isinstance(L, str):
        raise ParameterError(f"L must be a list of linear operators, one a channel; got {L!r}.")
    L = list(L)
    n = len(L)
    matrix = sp.eye(n) if isinstance(S, int) and S == 1 else sp.ImmutableDenseMatrix(S)
    if matrix.shape != (n, n):
        raise ParameterError(f"S has the shape {matrix.shape}, but L has {n} operators; give an {n} x {n} matrix.")
    given = domains_in(*matrix)
    matrix = matrix.applyfunc(expression)
    product = matrix * matrix.applyfunc(conj).T
    for i in range(n):
        for j in range(n):
            if not (found := equal(product[i, j], int(i == j), given)):
                raise ParameterError(f"S is not proved unitary: (S S^+)[{i}, {j}] = {product[i, j]} ({found.status}).")
    names = [str(p) for p in ports] if ports is not None else [str(k + 1) for k in range(n)]
    if len(names) != n or len(set(names)) != n:
        raise ParameterError(f"ports are {names}; give {n} different names.")
    part = SLH(name, H=as_operator(H), ports={p: as_operator(x) for p, x in zip(names, L, strict=True)}, modes=modes)
    system = part.system()
    if matrix == sp.eye(n):
        return system
    ins: Mapping[str, str] = {p: f"{name}.in_{p}" for p in names}
    mixed = {
        f"{name}.mixed_{p}": sum((op(ins[q], matrix[i, j]) for j, q in enumerate(names)), LinearForm())
        for i, p in enumerate(names)
    }
    mixer = LinearSystem(
        (), {}, Inputs(dict.fromkeys(ins.values(), VACUUM)), mixed,
        in_ports=tuple(Port(p, {"": ins[p]}) for p in names),
        out_ports=tuple(Port(p, {"": f"{name}.mixed_{p}"}) for p in names), domains=given,
    )  # fmt: skip
    inner = system.renamed({f: f"{name}.inner_{p}" for p, f in ins.items()})
    return series(mixer, inner)
