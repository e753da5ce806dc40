"""Langevin equations in frequency space, and elimination of a fast mode (adiabatic elimination).

With a(t) = (2 pi)^(-1/2) int a(Omega) e^(-i Omega t), da/dt becomes -i Omega a(Omega), and the adjoint operator that
accompanies a(Omega) is a^+(-Omega) = [a(-Omega)]^+. Forms in frequency space hold the operators "a(Omega)" and the
adjoint of "a(-Omega)".
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp
from sympy import Expr, Symbol

from cascade_sym.compose import as_system
from cascade_sym.errors import DerivationError, ParameterError, UnknownName, listing
from cascade_sym.operators import LinearForm, Op, op
from cascade_sym.parts.values import Value, real
from cascade_sym.steps import Check, Step
from cascade_sym.symbols import conj, domains_in, free_name, plain, symbol
from cascade_sym.system import LinearSystem, Port

OMEGA = symbol("Omega")


def frequency_symbol(system: LinearSystem, given: Symbol | None) -> Symbol:
    """The symbol for the frequency: `given`, or Omega, or what is free where the system has a parameter Omega."""
    if given is None:
        return symbol(free_name(OMEGA.name, system.inherited.gone))
    if plain(given) in system.parameters:
        raise ParameterError(f"the frequency {given} is a parameter of the system; give another symbol.")
    return plain(given)


def frequency_solution(system: object, mode: str, Omega: Symbol | None = None) -> LinearForm:
    """mode(Omega) as a linear form in the other modes and the input fields at +-Omega.

    The frequency is Omega where the system has no parameter of that name; operators carry it in their names. Only the
    mode's own equation is solved; DerivationError when it couples the mode to its own adjoint.

    >>> from cascade_sym.parts import Cavity
    >>> form = frequency_solution(Cavity("c", kappa=4), "c")
    >>> form.terms
    {Op(name='c.in(Omega)', dag=False): -2/(-I*Omega + 2)}
    """
    s = as_system(system)
    Omega = frequency_symbol(s, Omega)
    form = s.equation(mode)
    if form[Op(mode, True)] != 0:
        raise DerivationError(f"{mode} couples to its own adjoint (squeezing); solve for the pair instead.")
    response = 1 / (-sp.I * Omega - form[Op(mode)])
    return LinearForm({at_frequency(o, Omega): c * response for o, c in form if o.name != mode})


def at_frequency(o: Op, Omega: Expr) -> Op:
    """The operator that stands for o in frequency space: a(Omega), or the adjoint of a(-Omega)."""
    return Op(f"{o.name}({-Omega if o.dag else Omega})", o.dag)


@dataclass(frozen=True)
class Eliminated:
    """The slow system after a fast mode has been eliminated.

    `solution` is the fast mode in frequency space; `self_energy` (a function of `frequency`, as a rule Omega) is what
    it adds to the slow mode's equation, -i Omega a = ... - self_energy a; `resonance` is the shifted frequency as a
    function of itself, `linewidth` the damping rate there; `system` lives in the frame of the resonance, its light in
    the sidebands around it.
    """

    solution: LinearForm
    self_energy: Expr
    resonance: Expr
    linewidth: Expr
    system: LinearSystem
    steps: tuple[Step, ...]
    frequency: Symbol = OMEGA


def eliminate(
    system: object, fast: str, slow: str, *, at: Value, rename: str, Omega: Symbol | None = None
) -> Eliminated:
    """Eliminate the mode `fast` adiabatically; the mode `slow` responds near the frequency `at` only.

    The response of the fast mode is taken at +at for the upper and at -at for the lower sideband (valid where the
    slow linewidth is small against that of the fast mode), and terms that would drive the slow mode at -at are
    dropped (valid for a high quality factor). `rename` names the resulting mode and its fields. The
    fast mode must have one light port "light".

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
    s = as_system(system)
    for m in (fast, slow):
        if m not in s.modes:
            raise UnknownName(f"no mode {m!r}; the modes are {listing(s.modes)}.")
    Omega, raw, at = frequency_symbol(s, Omega), at, real(at, "the frequency `at`")
    (field,) = s.in_port("light").fields.values()
    (out,) = s.out_port("light").fields.values()
    solution = frequency_solution(s, fast, Omega)
    mirrored = LinearForm({_swap(o, Omega): c.xreplace({Omega: -Omega}) for o, c in solution.dagger()})
    full = _in_frequency_space(s.equation(slow), fast, solution, mirrored, Omega)
    a, b_up = Op(f"{slow}({Omega})"), Op(f"{field}({Omega})")
    b_down = Op(f"{field}({-Omega})", True)
    own = s.equation(slow)[Op(slow)]
    self_energy = sp.factor_terms(own - full[a])
    half = own - self_energy.xreplace({Omega: at})
    linewidth = sp.expand(-(half + conj(half)))
    shifted = sp.I * (half - conj(half)) / 2
    output = _in_frequency_space(s.output(out), fast, solution, mirrored, Omega)
    ins = {c: f"{rename}.in{c}" for c in "+-"}
    outs = {c: f"{rename}.out{c}" for c in "+-"}
    up, down = {Omega: at}, {Omega: -at}
    others = LinearForm({o: c for o, c in s.equation(slow) if o.name in s.inputs and o.name != field})
    drift = (
        op(rename, -linewidth / 2)
        + op(ins["+"], full[b_up].xreplace(up))
        + op(ins["-"], full[b_down].xreplace(up), dag=True)
        + others
    )
    plus = op(ins["+"], output[b_up].xreplace(up)) + op(rename, output[a].xreplace(up))
    minus = op(ins["-"], output[b_up].xreplace(down)) + op(
        rename, output[Op(f"{slow}({-Omega})", True)].xreplace(down), dag=True
    )
    keep = {k: n for k, n in s.inputs.items() if k != field and any(o.name == k for o, _ in others)}
    inputs = {**dict.fromkeys(ins.values(), s.inputs[field]), **keep}
    baths = {k: f for k, f in s.outputs.items() if any(o.name in keep for o, _ in f)}
    outputs = {outs["+"]: plus, outs["-"]: minus, **{k: f.renamed({slow: rename}) for k, f in baths.items()}}
    slow_system = LinearSystem(
        (rename,), {rename: drift}, inputs, outputs,
        in_ports=(Port("light", ins),), out_ports=(Port("light", outs),), domains=s.inherited.merged(domains_in(raw)),
    )  # fmt: skip
    steps = _steps(s, fast, slow, solution, full, slow_system, rename, Omega)
    return Eliminated(solution, self_energy, shifted, linewidth, slow_system, steps, Omega)


def _swap(o: Op, Omega: Symbol) -> Op:
    """Names after Omega -> -Omega: "a(Omega)" and "a(-Omega)" exchange."""
    base, _, arg = o.name.rpartition("(")
    return Op(f"{base}({-Omega if arg == f'{Omega})' else Omega})", o.dag)


def _in_frequency_space(
    form: LinearForm, fast: str, solution: LinearForm, mirrored: LinearForm, Omega: Symbol
) -> LinearForm:
    """A time-domain form in frequency space with the fast mode replaced by its solution."""
    total = LinearForm()
    for o, c in form:
        if o.name == fast:
            total = total + (mirrored if o.dag else solution).scaled(c)
        else:
            total = total + LinearForm({at_frequency(o, Omega): c})
    return total


def _steps(
    s: LinearSystem, fast: str, slow: str, solution: LinearForm, full: LinearForm, new: LinearSystem, name: str,
    Omega: Symbol,
) -> tuple[Step, ...]:  # fmt: skip
    def solved() -> Check:
        """Put the solution back into the equation of the fast mode."""
        from cascade_sym.exact import is_zero

        form = s.equation(fast)
        for o, c in form:
            if o.name == fast:
                continue
            f = at_frequency(o, Omega)
            if not is_zero(-sp.I * Omega * solution[f] - form[Op(fast)] * solution[f] - c):
                return Check(False, "solution put back into the equation", str(f))
        return Check(True, "solution put back into the equation")

    def commutators() -> Check:
        from cascade_sym.compose import is_physical

        found = is_physical(new)
        return Check(bool(found), "commutators of the eliminated system", "" if found else repr(found))

    at = f"{slow} responds near its shifted resonance only"
    return (
        Step("fourier", f"solve for {fast} in frequency space", {fast: s.equation(fast)}, {fast: solution}, solved),
        Step("elimination", f"eliminate {fast}", {slow: s.equation(slow)}, {slow: full}),
        Step("frame", "response at the two sidebands, in the frame of the resonance", {slow: full},
             {name: new.equation(name)}, commutators, at),
    )  # fmt: skip


def as_function(expr: Expr, Omega: Symbol = OMEGA):
    """An expression in Omega as a Python function of its argument.

    >>> as_function(OMEGA**2)(3)
    9
    """

    def f(x: Expr) -> Expr:
        return sp.sympify(expr).xreplace({Omega: sp.sympify(x)})

    return f
