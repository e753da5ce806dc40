"""Reading a master equation off quantum Langevin equations.

An input b_j couples through da/dt = ... - [a, L_j^+] b_j + b_j^+ [a, L_j]: its coupling operator L_j follows from
the coefficients of b_j and b_j^+ alone. What the couplings leave of the drift is -i[a, H].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp
from sympy import Expr

from cascade_sym.compose.detection import Detection
from cascade_sym.errors import UnphysicalError, listing
from cascade_sym.exact import normal_form
from cascade_sym.operators import LinearForm, Op, OperatorPolynomial, linear_sum
from cascade_sym.symbols import Domains, conj
from cascade_sym.system import VACUUM, LinearSystem
from cascade_sym.system.coefficients import vanishes
from cascade_sym.system.squares import eliminated

Couplings = Mapping[str, LinearForm]


def couplings(s: LinearSystem) -> dict[str, LinearForm]:
    """The operator L_j with which each input field couples to the modes."""
    equations = {m: s.equation(m) for m in s.modes}

    def terms(b: str) -> dict[Op, Expr]:
        pairs = ((m, form[Op(b)], form[Op(b, True)]) for m, form in equations.items())
        return {o: c for m, u, v in pairs for o, c in ((Op(m), -conj(u)), (Op(m, True), v))}

    return {b: LinearForm(terms(b)) for b in s.inputs}


def hamiltonian(s: LinearSystem, L: Couplings) -> OperatorPolynomial:
    """H, from the drift and the couplings; UnphysicalError where no Hermitian H exists.

    The means of the inputs drive the modes, as classical forces do.
    """
    if s.brownian:
        raise UnphysicalError(
            f"{listing(s.brownian)}: damping and Brownian force on p alone are declared, which is not of Lindblad "
            "form, so there is no master equation; take an Oscillator, whose bath acts on a, or covariance and spectra."
        )
    h: dict[tuple[str, str], Expr] = {}
    g: dict[tuple[str, str], Expr] = {}
    for k in s.modes:
        form = s.equation(k)
        for l in s.modes:
            alpha, beta = [form[Op(l)]], [form[Op(l, True)]]
            for c in L.values():
                u, v = conj(c[Op(k)]), c[Op(k, True)]  # [a_k, L^+] and [a_k, L]
                alpha += [u * c[Op(l)] / 2, -v * conj(c[Op(l, True)]) / 2]
                beta += [u * c[Op(l, True)] / 2, -v * conj(c[Op(l)]) / 2]
            h[k, l], g[k, l] = _short(alpha, s.domains) * sp.I, _short(beta, s.domains) * sp.I
    total: dict[tuple[Op, ...], Expr] = {}
    for a, k in enumerate(s.modes):
        for l in s.modes[a:]:
            if not vanishes(h[k, l], -conj(h[l, k]), domains=s.domains) or not vanishes(
                g[k, l], -g[l, k], domains=s.domains
            ):
                raise UnphysicalError(
                    f"the drift of {k} and {l} follows from no Hamiltonian and couplings: commutators are not "
                    "preserved; see is_physical(system)."
                )
            half = sp.Rational(1, 2) if k == l else sp.S.One
            total[_normal(Op(k, True), Op(l, True))] = g[k, l] * half
            total[_normal(Op(k), Op(l))] = conj(g[k, l]) * half
            total[_normal(Op(k, True), Op(l))] = h[k, l]
            if k != l:
                total[_normal(Op(l, True), Op(k))] = conj(h[k, l])
    for m in s.modes:
        f = driven(s, m)
        total |= {(Op(m, True),): sp.I * f, (Op(m),): -sp.I * conj(f)} if f != 0 else {}
    return OperatorPolynomial({m: sp.factor_terms(c) for m, c in total.items()})


def driven(s: LinearSystem, mode: str) -> Expr:
    """The constant term of da/dt: the drive of the mode, and the mean of the light that enters."""
    means = s.inputs.means
    light = (c * (conj(means[o.name]) if o.dag else means[o.name]) for o, c in s.equation(mode) if o.name in means)
    return sp.Add(s.drives.get(mode, sp.S.Zero), *light)


def _normal(*factors: Op) -> tuple[Op, ...]:
    """Factors in the order of operator polynomials: by mode, creation left. (These commute, or are in order.)"""
    return tuple(sorted(factors, key=lambda o: (o.name, not o.dag)))


def _short(terms: list[Expr], domains: Domains) -> Expr:
    e = sp.expand(sp.Add(*terms))
    if e.is_Add or e.has(sp.sin, sp.cos, sp.exp, sp.Float):
        return sp.S.Zero if vanishes(*terms, domains=domains) else e
    return e


def jump_groups(s: LinearSystem, L: Couplings) -> list[tuple[Expr, LinearForm]]:
    """(rate, operator) of every jump.

    Inputs of the same occupancy that leave through the same outputs can be mixed freely: there the light that
    leaves through each output is the jump operator. Elsewhere it is the coupling of each input; of correlated inputs,
    a combination of their couplings for each of their independent noises.
    """
    outputs = {f: s.output(f) for f in s.outputs}
    jumps: list[tuple[Expr, LinearForm]] = []
    mixed = s.inputs.correlated
    done: set[str] = set(mixed)
    for group in s.inputs.groups:
        if group[0].name in mixed:
            jumps += _correlated(s, group, L)
    for b in s.inputs:
        if b in done:
            continue
        ins, outs = _reachable(b, s, outputs)
        done |= (ins := ins - mixed)
        n = s.inputs[b] - VACUUM
        same = all(sp.expand(s.inputs[i] - VACUUM - n) == 0 for i in ins)
        plain = not any(o.dag and o.name in ins for f in outs for o, _ in outputs[f])
        if same and plain and len(ins) == len(outs) and not mixed & {o.name for f in outs for o, _ in outputs[f]}:
            forms = [LinearForm({o: c for o, c in outputs[f] if o.name in s.modes}) for f in outs]
            jumps += [j for f in forms for j in _thermal(f, n)]
        else:
            jumps += [j for i in s.inputs if i in ins for j in _thermal(L[i], s.inputs[i] - VACUUM)]
    return jumps


def _correlated(s: LinearSystem, group: Sequence[Op], L: Couplings) -> list[tuple[Expr, LinearForm]]:
    """The jumps of correlated noise: with <z_i z_j^+> = sum_k w_k v_ki conj(v_kj), of rate w_k and operator
    sum_i conj(v_ki) K_i, where b^+ meets K = L and b meets K = -L^+.
    """
    group = sorted(group, key=lambda o: o.dag)  # the larger weight is divided by, which does not vanish in vacuum
    rows = [[s.inputs.ordered(x, y) for y in group] for x in group]
    K = [-L[o.name].dagger() if o.dag else L[o.name] for o in group]
    found = (
        (w, linear_sum(k.scaled(conj(c)) for k, c in zip(K, v, strict=True) if c != 0)) for w, v in eliminated(rows)
    )
    return [(w, form) for w, form in found if len(form)]


def _reachable(b: str, s: LinearSystem, outputs: Mapping[str, LinearForm]) -> tuple[set[str], list[str]]:
    """Inputs and outputs connected with `b` by direct transmission."""
    fields = {f: {o.name for o, _ in form} & set(s.inputs) for f, form in outputs.items()}
    ins, known = {b}, set[str]()
    while ins != known:
        known = set(ins)
        ins |= set().union(*(names for names in fields.values() if names & known))
    return ins, [f for f, names in fields.items() if names & ins]


def _thermal(form: LinearForm, n: Expr) -> list[tuple[Expr, LinearForm]]:
    """(n + 1) D[L] + n D[L^+], with a single operator's coefficient in the rate and a common phase dropped."""
    if not len(form):
        return []
    if len(form) == 1:
        (o, c), *_ = form
        weight = sp.expand(c * conj(c))
        weight = weight if weight.is_Mul or weight.is_Symbol or weight.is_number else sp.factor_terms(c * conj(c))
        unit = LinearForm({o: sp.S.One})
    else:
        weight, unit = sp.S.One, without_phase(form)
    up = [(weight * n, unit.dagger())] if n != 0 else []
    return [(weight * (n + 1), unit), *up]


def without_phase(form: LinearForm) -> LinearForm:
    """The form times the power of i that makes its first coefficient real and positive, where there is one."""
    first = next(c for _, c in form)
    for phase in (sp.S.One, sp.I, sp.S.NegativeOne, -sp.I):
        turned = sp.expand(phase * first)
        if not turned.has(sp.I) and not turned.could_extract_minus_sign():
            return form.scaled(phase).map_coefficients(sp.expand)
    return form


def measured_operators(d: Detection, L: Couplings) -> tuple[list[LinearForm], dict[str, tuple[Expr, Expr]]]:
    """The operator M of each real current, and pairs that must agree: <M + M^+> and the modes in the current.

    The noise of a Hermitian current y = sum_j (alpha_j b_j + h.c.) + (modes) is one vacuum quadrature, to which
    the modes couple through sum_j <y b_j^+> L_j - <y b_j> L_j^+; for vacuum that is sum_j alpha_j L_j.
    """
    s = d.system
    raw: list[LinearForm] = []
    noise: list[LinearForm] = []
    modes: list[LinearForm] = []
    for c in d.currents:
        flat = c.form.substituted({f: s.output(f) for f in s.internal})
        for y in _real(flat) if c.paired else [flat]:
            fields = LinearForm({o: sp.expand(x) for o, x in y if o.name in s.inputs})
            noise.append(fields)
            modes.append(LinearForm({o: x for o, x in y if o.name in s.modes}))
            raw.append(_coupled(s, fields, L))
    turn = _whitening([[_correlation(s, f, g) for g in noise] for f in noise])
    out, pairs = [], {}
    for k, row in enumerate(turn):
        M = linear_sum(raw[j].scaled(t) for j, t in enumerate(row) if t != 0).map_coefficients(sp.expand)
        seen = linear_sum(modes[j].scaled(t) for j, t in enumerate(row) if t != 0)
        out.append(M)
        both = M + M.dagger()
        for o in sorted({*both.terms, *seen.terms}):
            pairs[f"{d.names[k]}, {o}"] = (both[o], seen[o])
    return out, pairs


def _real(z: LinearForm) -> tuple[LinearForm, LinearForm]:
    """y_c and y_s of z = (y_c + i y_s)/sqrt2."""
    root = 1 / sp.sqrt(2)
    return (z + z.dagger()).scaled(root), (z - z.dagger()).scaled(-sp.I * root)


def _coupled(s: LinearSystem, fields: LinearForm, L: Couplings) -> LinearForm:
    parts = []
    for b in s.inputs:
        for o, K in ((Op(b), L[b]), (Op(b, True), -L[b].dagger())):
            total = sp.Add(*(alpha * c for x, alpha in fields if (c := s.inputs.ordered(x, o)) != 0))
            if total != 0:
                parts.append(K.scaled(total))
    return linear_sum(parts)


def _correlation(s: LinearSystem, f: LinearForm, g: LinearForm) -> Expr:
    """Symmetrised correlation of two Hermitian noise forms: 1/2 for a vacuum quadrature."""
    total = s.inputs.correlation(f, g)
    return normal_form(total, s.domains) if total.free_symbols else sp.expand(total)


def _whitening(R: list[list[Expr]]) -> list[list[Expr]]:
    """T with T R T^T = 1, lower triangular (Gram-Schmidt along the currents)."""
    T: list[list[Expr]] = []
    for k, row in enumerate(R):
        new = [sp.S.One if j == k else sp.S.Zero for j in range(len(R))]
        for done in T:
            overlap = sp.Add(*(done[j] * row[j] for j in range(len(R)) if done[j] != 0))
            if overlap != 0 and not vanishes(*sp.Add.make_args(overlap)):
                new = [x - overlap * y for x, y in zip(new, done, strict=True)]
        norm = sp.Add(*(x * r * y for x, line in zip(new, R, strict=True) for r, y in zip(line, new, strict=True)))
        norm = normal_form(norm) if norm.free_symbols else sp.expand(norm)
        T.append([x / sp.sqrt(norm) for x in new])
    return T
