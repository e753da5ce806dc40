"""Langevin equations in frequency space, and elimination of fast modes (adiabatic elimination).

With a(t) = (2 pi)^(-1/2) int a(Omega) e^(-i Omega t), da/dt becomes -i Omega a(Omega), and the adjoint operator that
accompanies a(Omega) is a^+(-Omega) = [a(-Omega)]^+. Forms that are shown hold the operators "a(Omega)" and the
adjoint of "a(-Omega)"; inside they are simply a and a^+, both at Omega.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp
from sympy import Expr, ImmutableDenseMatrix, Symbol

from cascade_sym.compose import System, white_system
from cascade_sym.compose.physical import preserves_commutators
from cascade_sym.errors import DerivationError, ParameterError, UnknownName, listing
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op, linear_sum
from cascade_sym.shown import Shown
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import conj, domains_in, free_name, plain, symbol
from cascade_sym.system import LinearSystem, Port
from cascade_sym.system.coefficients import inverted
from cascade_sym.system.sectors import flow_order
from cascade_sym.system.values import Value, real

OMEGA = symbol("Omega")


def frequency_symbol(system: LinearSystem, given: Symbol | None) -> Symbol:
    """The symbol for the frequency: `given`, or Omega, or what is free where the system has a parameter Omega."""
    if given is None:
        return symbol(free_name(OMEGA.name, system.inherited.gone))
    if plain(given) in system.parameters:
        raise ParameterError(f"the frequency {given} is a parameter of the system; give another symbol.")
    return plain(given)


def frequency_solution(system: System, mode: str, Omega: Symbol | None = None) -> LinearForm:
    """mode(Omega) as a linear form in the other modes and the input fields at +-Omega.

    The frequency is Omega where the system has no parameter of that name; operators carry it in their names. Only the
    mode's own equation is solved; DerivationError when it couples the mode to its own adjoint.

    >>> from cascade_sym.parts import Cavity
    >>> form = frequency_solution(Cavity("c", kappa=4), "c")
    >>> form.terms
    {Op(name='c.in(Omega)', dag=False): -2/(-I*Omega + 2)}
    """
    s = white_system(system)
    Omega = frequency_symbol(s, Omega)
    if s.equation(mode)[Op(mode, True)] != 0:
        raise DerivationError(f"{mode} couples to its own adjoint (squeezing); solve for the pair instead.")
    return shown(_solved(s, (mode,), Omega)[Op(mode)], Omega)


def shown(form: LinearForm, Omega: Expr) -> LinearForm:
    """A form in frequency space with the frequency in its operators' names: a(Omega), the adjoint of a(-Omega)."""
    return LinearForm({Op(f"{o.name}({-Omega if o.dag else Omega})", o.dag): c for o, c in form})


def _solved(s: LinearSystem, modes: Sequence[str], Omega: Expr) -> dict[Op, LinearForm]:
    """Modes and their adjoints in frequency space: forms in all others, block by block along the flow of light."""
    equations = {o: s.equation(o) for m in modes for o in (Op(m), Op(m, True))}
    solved: dict[Op, LinearForm] = {}
    sources = {o: [p for p, _ in form if p in equations and p != o] for o, form in equations.items()}
    for block in flow_order(equations, sources):
        outer = [_put(LinearForm({p: c for p, c in equations[o] if p not in block}), solved) for o in block]
        if len(block) == 1:
            response = 1 / (-sp.I * Omega - equations[block[0]][block[0]])
            solved[block[0]] = outer[0].scaled(response)
            continue
        rows = [[(-sp.I * Omega if o == p else 0) - equations[o][p] for p in block] for o in block]
        floats = any(e.has(sp.Float) for row in rows for e in row)
        back = sp.Matrix(rows).inv().tolist() if floats else inverted(rows, s.domains)
        assert back is not None  # it is regular at almost every frequency
        for o, row in zip(block, back, strict=True):
            solved[o] = linear_sum(f.scaled(c) for f, c in zip(outer, row, strict=True) if c != 0)
    return solved


def _put(form: LinearForm, solved: Mapping[Op, LinearForm]) -> LinearForm:
    """The solved operators replaced by their forms."""
    return linear_sum(solved[o].scaled(c) if o in solved else LinearForm({o: c}) for o, c in form)


@dataclass(frozen=True)
class Eliminated(Shown):
    """The slow system after fast modes have been eliminated.

    `solution` is the (first) fast mode in frequency space; `self_energy` (a function of `frequency`, as a rule Omega)
    is what they add to the slow mode's equation, -i Omega a = ... - self_energy a; `resonance` is the shifted frequency
    as a function of itself, `linewidth` the damping rate there; `system` lives in the frame of the resonance, its light
    in the sidebands around it. With several slow modes these three are matrices over them, and the frame is that of the
    frequency `at`.

    The elimination is of first order: it takes the self energy at one frequency. `correction` is i times its derivative
    there, a small number where the fast modes are fast; the relative error of the slow rates and shifts is about its
    size, and with one slow mode these divided by 1 + correction are right to the second order.
    """

    solution: LinearForm
    self_energy: Expr | ImmutableDenseMatrix
    resonance: Expr | ImmutableDenseMatrix
    linewidth: Expr | ImmutableDenseMatrix
    system: LinearSystem
    steps: tuple[Step, ...]
    frequency: Symbol = OMEGA
    correction: Expr | ImmutableDenseMatrix = sp.S.Zero


def eliminate(
    system: System, fast: str | Sequence[str], slow: str | Sequence[str], *, at: Value,
    rename: str | Mapping[str, str], Omega: Symbol | None = None,
) -> Eliminated:  # fmt: skip
    """Eliminate the modes `fast` adiabatically; the modes `slow` respond near the frequency `at` only.

    Every mode of the system is one or the other. The response of the fast modes is taken at +at for the upper and at
    -at for the lower sideband (valid where the slow linewidths are small against those of the fast modes), and terms
    that would drive a slow mode at -at are dropped (valid for a high quality factor). `rename` names the resulting
    mode and its fields (for several slow modes a table of names, the first of which names the fields). Every input
    that acts through the fast modes (of ports, losses and baths) is kept, as its two sidebands.

    Noise of light is kept band by band; static drives and means stay behind. Raises UnknownName, and ParameterError
    for a mode that is neither fast nor slow.

    >>> from cascade_sym.derive.hamiltonian import from_coupling
    >>> from cascade_sym.operators import operator
    >>> import sympy as sp
    >>> c, a, b, g = operator("c"), operator("a"), operator("b"), sp.Symbol("g")
    >>> H = c.dagger()*c - (c + c.dagger())*(a + a.dagger())*g  # one linewidth below resonance
    >>> light = (c.dagger()*b - b.dagger()*c)*sp.I
    >>> cavity = from_coupling(H + light, ["c", "a"], {"": "b"}, name="c")
    >>> found = eliminate(cavity, "c", "a", at=sp.S.One, rename="m")
    >>> found.system.modes, sp.nsimplify(found.linewidth)
    (('m',), 64*g**2/17)
    """
    s = white_system(system)
    fasts, slows = ((x,) if isinstance(x, str) else tuple(x) for x in (fast, slow))
    if bad := {*fasts, *slows} - set(s.modes):
        raise UnknownName(f"no mode {listing(bad)}; the modes are {listing(s.modes)}.")
    if len({*fasts, *slows}) < len(fasts) + len(slows) or not fasts or not slows:
        raise ParameterError(f"fast = {fast!r}, slow = {slow!r}: give each mode once, and at least one of either kind.")
    if left := set(s.modes) - {*fasts, *slows}:
        raise ParameterError(f"{listing(left)}: neither fast nor slow; give every mode of the system as one of them.")
    names = {slows[0]: rename} if isinstance(rename, str) else dict(rename)
    if set(names) != set(slows):
        raise ParameterError(f"rename is {rename!r}; give a table with a new name for each of {listing(slows)}.")
    Omega, raw, at = frequency_symbol(s, Omega), at, real(at, "the frequency `at`")
    solved = _solved(s, fasts, Omega)
    full = {m: _put(s.equation(m), solved) for m in slows}
    own, up = {m: s.equation(m) for m in slows}, {Omega: at}
    self_energy = [[sp.factor_terms(own[j][Op(k)] - full[j][Op(k)]) for k in slows] for j in slows]
    half = [[own[j][Op(k)] - e.xreplace(up) for k, e in zip(slows, row, strict=True)]
            for j, row in zip(slows, self_energy, strict=True)]  # fmt: skip
    turned = [[conj(e) for e in column] for column in zip(*half, strict=True)]
    pairs = [list(zip(*rows, strict=True)) for rows in zip(half, turned, strict=True)]
    linewidth = [[sp.expand(-(x + y)) for x, y in row] for row in pairs]
    shifted = [[sp.I * (x - y) / 2 for x, y in row] for row in pairs]
    bands = _Bands(s, names, slows, fasts)
    drift = {}
    for j, row in zip(slows, half, strict=True):
        turning = {k: e + sp.I * at * int(j == k) for k, e in zip(slows, row, strict=True)}
        inner = turning if len(slows) > 1 else {slows[0]: -linewidth[0][0] / 2}
        drift[names[j]] = LinearForm({Op(names[k]): e for k, e in inner.items()}) + bands.form(full[j], up, modes=False)
    outputs: dict[str, LinearForm] = {}
    for name in s.outputs:
        form = s.output(name)
        if name in bands.single_outputs:
            outputs[name] = form.renamed(names)
            continue
        plus, minus = bands.pair[name]
        outputs[plus] = bands.form(_put(form, solved), up)
        outputs[minus] = bands.form(_put(form.dagger(), solved), up).dagger()
    new = LinearSystem(
        tuple(names[m] for m in slows), drift, bands.inputs, outputs, in_ports=bands.ports(s.in_ports),
        out_ports=bands.ports(s.out_ports), domains=s.inherited.merged(domains_in(raw)),
        brownian={names[m]: rate for m, rate in s.brownian.items() if m in slows},
    )  # fmt: skip
    steps = _steps(s, solved, full, new, names, Omega)
    slope = [[sp.I * sp.diff(e, Omega).xreplace(up) for e in row] for row in self_energy]
    energy, resonance, width, correction = (
        m[0][0] if len(slows) == 1 else ImmutableDenseMatrix(m) for m in (self_energy, shifted, linewidth, slope)
    )
    return Eliminated(shown(solved[Op(fasts[0])], Omega), energy, resonance, width, new, steps, Omega, correction)


class _Bands:
    """The fields of the eliminated system: a `pair` of sidebands for each that acts through fast modes or at a port."""

    def __init__(self, s: LinearSystem, names: Mapping[str, str], slows: Sequence[str], fasts: Sequence[str]) -> None:
        self.names, first = names, names[slows[0]]
        outputs = {f: s.output(f) for f in s.outputs}
        at_ports = {f: f"{first}.{end}{'' if p.name == 'light' else f'_{p.name}'}{c}"
                    for end, ports in (("in", s.in_ports), ("out", s.out_ports)) for p in ports
                    for c, f in p.fields.items()}  # fmt: skip
        single = {f for f in s.inputs if f not in at_ports}
        single -= {o.name for m in fasts for o, _ in s.equation(m)}
        single -= {o.name for m in slows for o, _ in s.equation(m) if o.dag}
        self.single_outputs = set(outputs) - set(at_ports)
        while True:
            known = single | set(slows)
            mixed = {f for f in self.single_outputs if any(o.dag or o.name not in known for o, _ in outputs[f])}
            self.single_outputs -= mixed
            split = {o.name for f, form in outputs.items() if f not in self.single_outputs for o, _ in form} & single
            if not split and not mixed:
                break
            single -= split
        self.pair = {f: tuple(at_ports.get(f, f) + sign for sign in "+-") for f in (*s.inputs, *outputs)}
        self.split = [f for f in s.inputs if f not in single]
        self.single = [f for f in s.inputs if f in single]
        self.inputs = s.inputs.in_bands({f: self.pair[f] for f in self.split}, self.single)

    def form(self, form: LinearForm, up: Mapping[Expr, Expr], *, modes: bool = True) -> LinearForm:
        """A form at the upper sideband; what would turn at twice the frequency is dropped."""
        moved: dict[Op, Op] = {}
        for f in self.split:
            plus, minus = self.pair[f]
            moved |= {Op(f): Op(plus), Op(f, True): Op(minus, True)}
        moved |= {Op(f): Op(f) for f in self.single}
        moved |= {Op(m): Op(n) for m, n in self.names.items()} if modes else {}
        return LinearForm({new: form[o].xreplace(dict(up)) for o, new in moved.items()})

    def ports(self, ports: Sequence[Port]) -> tuple[Port, ...]:
        """Ports with two channels for each that there was."""
        signs = list(enumerate("+-"))
        return tuple(
            Port(p.name, {c + sign: self.pair[f][k] for c, f in p.fields.items() for k, sign in signs}) for p in ports
        )


def _steps(
    s: LinearSystem, solved: Mapping[Op, LinearForm], full: Mapping[str, LinearForm], new: LinearSystem,
    names: Mapping[str, str], Omega: Symbol,
) -> tuple[Step, ...]:  # fmt: skip
    def put_back() -> Check:
        """Put the solution back into the equations of the fast modes."""
        for o, form in solved.items():
            for f, e in form.scaled(-sp.I * Omega) - _put(s.equation(o), solved):
                if not is_zero(e, s.domains):
                    return Check(False, "solution put back into the equation", str(f))
        return Check(True, "solution put back into the equation")

    fasts = [o.name for o in solved if not o.dag]
    many = listing(fasts) if len(fasts) > 1 else fasts[0]
    before, after = ({m: f(m) for m in fasts} for f in (s.equation, lambda m: shown(solved[Op(m)], Omega)))
    given, seen = {m: s.equation(m) for m in full}, {m: shown(f, Omega) for m, f in full.items()}
    at = f"{', '.join(full)} responds near its shifted resonance only"
    return (
        Step("fourier", f"solve for {many} in frequency space", before, after, put_back),
        Step("elimination", f"eliminate {many}", given, seen),
        Step("frame", "response at the two sidebands, in the frame of the resonance", seen,
             {n: new.equation(n) for n in names.values()},
             lambda: preserves_commutators(new, "commutators of the eliminated system"), at),
    )  # fmt: skip


def as_function(expr: Expr, Omega: Symbol = OMEGA):
    """An expression in Omega as a Python function of its argument.

    >>> as_function(OMEGA**2)(3)
    9
    """

    def f(x: Expr) -> Expr:
        return sp.sympify(expr).xreplace({Omega: sp.sympify(x)})

    return f
