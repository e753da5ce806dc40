"""Temporal modes: the covariance of filtered output modes F = int f*(t) b(t) dt of the light of a steady state.

With the two-time function G(t - s) = <b(t) b'(s)>, a sum of exponentials, and envelopes that are such sums on
intervals,

    <F F'> = int int f*(t) f'*(s) G(t - s) dt ds + (white noise) int f* f'* dt

is a double integral in closed form: over a triangle where both envelopes have one interval, a product of two integrals
where one interval lies after the other. Source: Genes, Mari, Tombesi, Vitali, PRA 78, 032316 (2008), for filtered
outputs; Hofer, Wieczorek, Aspelmeyer, Hammerer, PRA 84, 052327 (2011), for pulses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import comb
from typing import Any, NamedTuple

import sympy as sp
from sympy import Expr

from cascade_sym.compose import System, white_system
from cascade_sym.errors import NoClosedForm, ParameterError, UnknownName, listing
from cascade_sym.exact import is_zero
from cascade_sym.operators import LinearForm, Op, op
from cascade_sym.solve.complex_pairs import NOUGHT, Pair, pair, quadrature, total
from cascade_sym.solve.covariance import Covariance
from cascade_sym.solve.motion.exponentials import Exponentials, Sum, summed
from cascade_sym.spectra.envelope import TIME, Envelope, as_envelope, later
from cascade_sym.spectra.two_time import TwoTime
from cascade_sym.symbols import all_domains
from cascade_sym.system import LinearSystem

ONE = Pair(sp.S.One)


@dataclass(frozen=True)
class TemporalModes(Covariance):
    """The covariance of filtered output modes; read like a `Covariance`, with the modes' names.

    `filtered` maps each to its output field and envelope. Without a closed form (`closed` False) the elements raise
    NoClosedForm, and `cascade_sym.evaluator` gives the numbers.

    >>> from cascade_sym.parts import Cavity
    >>> V = temporal_mode(Cavity("c", kappa=1), "c.out", sp.exp(-sp.Symbol("t")))
    >>> V.modes, V.closed, V["X_f1", "X_f1"].inline()
    (('f1',), True, 1/2)
    """

    filtered: Mapping[str, tuple[str, Envelope]] = field(default_factory=dict)
    closed: bool = True
    work: TwoTime | None = field(default=None, compare=False, repr=False)

    def element(self, i: str, j: str) -> Expr:
        found = super().element(i, j)
        if not self.closed:
            raise NoClosedForm(
                f"{i} and {j}: these envelopes, or the rates of the system, have no closed form; the numbers come from "
                "cascade_sym.evaluator(...)."
            )
        return found


def temporal_mode(system: System, output: Any, envelope: Any) -> TemporalModes:
    """The covariance of filtered output modes F = int f*(t) b(t) dt in the steady state of a system.

    `output` is an output field ("c.out"), or a port with one channel; `envelope` is an `Envelope` (see
    `exponential_envelope`, `top_hat`), or an expression in t, which holds for all t where it is square-integrable, else
    from t = 0 on. Lists of both (or one output and several envelopes, or the other way round) give several modes, "f1",
    "f2", ...; a table {name: (output, envelope)} names them. Every envelope is divided by the root of int |f|^2. The
    covariance is read like any other one, so that `log_negativity(V, "f1", "f2")` is the entanglement of two pulses.

    Raises ParameterError for an envelope that is not square-integrable, or for two envelopes on one output that
    overlap: their modes do not commute; UnknownName for an output that does not exist, UnstableError without a steady
    state.

    >>> from cascade_sym.parts import Squeezer
    >>> V = temporal_mode(Squeezer("s", chi=sp.Rational(1, 4), kappa=1), "s.out", sp.exp(-sp.Symbol("t") / 2))
    >>> V["X_f1", "X_f1"].inline(), V["P_f1", "P_f1"].inline()
    (11/6, 7/30)
    """
    s = white_system(system).rounded()
    modes = _modes(s, output, envelope)
    if clash := set(modes) & set(s.modes):
        raise ParameterError(f"temporal modes called {listing(clash)}, as modes of the system: give them other names.")
    domains = all_domains(e.declared for _, e in modes.values())
    taken = {x for _, e in modes.values() for y in (e.shape, e.start, e.end) for x in y.free_symbols}
    work = TwoTime(s, (), [TIME, *(sp.Symbol(x.name) for x in taken)], domains)
    shapes = {name: e.terms for name, (_, e) in modes.items()}
    if not work.closed or None in shapes.values():
        return TemporalModes(tuple(modes), {}, work.definitions, work.steady.stability, filtered=modes, closed=False,
                             work=work)  # fmt: skip
    return _Integrals(work, modes).covariance()


def _modes(s: LinearSystem, output: Any, envelope: Any) -> dict[str, tuple[str, Envelope]]:
    """Names, output fields and envelopes."""
    if isinstance(output, Mapping):
        raise ParameterError("give the table {name: (output, envelope)} as `envelope`, and output None.")
    if isinstance(envelope, Mapping):
        pairs = {str(k): v for k, v in envelope.items()}
        if bad := [k for k, v in pairs.items() if not (isinstance(v, Sequence) and len(v) == 2)]:
            raise ParameterError(f"the mode {bad[0]!r} needs a pair (output, envelope).")
        return {k: (_field(s, o), as_envelope(e)) for k, (o, e) in pairs.items()}
    if not isinstance(output, str | Op | list | tuple):
        raise ParameterError(f"output is {output!r}; give an output field, or a list of them: {listing(s.outputs)}.")
    outputs = [output] if isinstance(output, str | Op) else list(output)
    envelopes = list(envelope) if isinstance(envelope, list | tuple) else [envelope]
    many = max(len(outputs), len(envelopes))
    if {len(outputs), len(envelopes)} - {1, many} or not many:
        raise ParameterError(f"{len(outputs)} outputs and {len(envelopes)} envelopes: give one, or one for each mode.")
    outputs, envelopes = (x * many if len(x) == 1 else x for x in (outputs, envelopes))
    return {f"f{k}": (_field(s, o), as_envelope(e)) for k, (o, e) in enumerate(zip(outputs, envelopes, strict=True), 1)}


def _field(s: LinearSystem, output: Any) -> str:
    name = output.name if isinstance(output, Op) else output
    if name in s.outputs:
        return str(name)
    ports = [p for p in s.out_ports if p.name == name]
    if ports and len(ports[0].channels) == 1:
        return next(iter(ports[0].fields.values()))
    raise UnknownName(
        f"no output field {name!r}; there are {listing(s.outputs)}"
        + (f"; port {name!r} has several channels, name its field." if ports else ".")
    )


class Piece(NamedTuple):
    """An envelope on an interval: `function` of x from 0 to `length`, with t = start + x, or t = end - x (`mirrored`).

    `late` says where the interval stands among all.
    """

    function: Sum
    length: Expr
    mirrored: bool
    late: int


class _Integrals:
    def __init__(self, work: TwoTime, modes: Mapping[str, tuple[str, Envelope]]) -> None:
        self.work, self.modes, self.tools = work, modes, work.tools
        self.conditions: list[Expr] = []
        ends = {x for _, e in modes.values() for x in (e.start, e.end)}
        self.cuts: list[Expr] = []
        for x in sorted(ends, key=sp.default_sort_key):
            place = next((k for k, y in enumerate(self.cuts) if later(x, y) <= 0), len(self.cuts))
            if place == len(self.cuts) or later(x, self.cuts[place]):
                self.cuts.insert(place, x)
        self.sums: dict[str, Sum] = {}
        for name, (_, e) in modes.items():
            f = {(self.tools.rate(pair(r)), m): pair(c) for c, m, r in e.terms or ()}
            self._require_norm(e)
            norm = self._norm(self.tools.conj(f), f, e, e)
            root = work.naming.kept(f"norm_{name}", sp.sqrt(norm.re))
            self.sums[name] = {k: c.times(1 / root) for k, c in self.tools.conj(f).items()}

    def _require_norm(self, e: Envelope) -> None:
        """ParameterError for an envelope that is not square-integrable, or conditions under which it is."""
        if (e.start, e.end) == (-sp.oo, sp.oo):
            self._refuse(e)
        if sp.oo not in (e.end, -e.start):
            return
        for _, _, rate in e.terms or ():
            decay = -pair(rate).re if e.end == sp.oo else pair(rate).re
            sign = self.tools.sign(decay) if decay != 0 else -1
            if sign < 0:
                self._refuse(e)
            if not sign:
                self.conditions.append(decay)

    @staticmethod
    def _refuse(e: Envelope) -> None:
        raise ParameterError(
            f"the envelope {e.shape} is not square-integrable from {e.start} to {e.end}: give one that decays, or an "
            "interval, Envelope(shape, start=..., end=...)."
        )

    def pieces(self, f: Sum, e: Envelope) -> Iterator[Piece]:
        """The envelope between the cuts of all envelopes."""
        for k, (a, b) in enumerate(zip(self.cuts, self.cuts[1:], strict=False)):
            if later(a, e.start) >= 0 and later(b, e.end) <= 0:
                mirrored = a == -sp.oo
                yield Piece(shifted(self.tools, f, b if mirrored else a, mirrored), b - a, mirrored, k)

    def until(self, f: Sum, length: Expr) -> Pair:
        """int_0^length f dx."""
        found = self.tools.integral(f)
        if length != sp.oo:
            return self.tools.value(found, sp.expand(_plain(length)))
        zero = self.tools.rate(NOUGHT)
        return total(c for key, c in found.items() if key == (zero, 0))

    def _norm(self, f: Sum, g: Sum, e: Envelope, d: Envelope) -> Pair:
        """int f g dt."""
        both = {p.late: p for p in self.pieces(g, d)}
        return total(
            self.until(self.tools.product(p.function, both[p.late].function), p.length)
            for p in self.pieces(f, e) if p.late in both
        )  # fmt: skip

    def double(self, f: Sum, e: Envelope, g: Sum, d: Envelope, G: Sum) -> Pair:
        """int int_(t > s) f(t) g(s) G(t - s) dt ds."""
        t = self.tools
        found = []
        for p in self.pieces(f, e):
            for q in self.pieces(g, d):
                if p.late == q.late:
                    outer, inner = (q, p) if p.mirrored else (p, q)
                    whole = t.product(outer.function, t.named("w", t.convolved(G, inner.function)))
                    found.append(self.until(t.named("w", whole), p.length))
                elif p.late > q.late:
                    found.append(self._apart(p, q, G))
        return total(found)

    def _apart(self, p: Piece, q: Piece, G: Sum) -> Pair:
        t = self.tools
        gap = sp.expand(_plain(self.cuts[p.late] - self.cuts[q.late + 1]))
        back = q.function if q.mirrored else shifted(t, q.function, _plain(q.length), True)
        terms = []
        for (i, n), c in shifted(t, G, gap, False).items():
            for k in range(n + 1):  # (x + y)^n
                first = self.until(t.product(p.function, {(i, k): ONE}), p.length)
                second = self.until(t.product(back, {(i, n - k): ONE}), q.length)
                terms.append(c * first * second.times(comb(n, k)))
        return total(terms)

    def moment(self, x: tuple[str, bool], y: tuple[str, bool]) -> Pair:
        """<F_x F_y> symmetrised; an operator is (mode, adjoint)."""
        (a, b), w = (self._of(*z) for z in (x, y)), self.work
        forward = w.followed(w.split(a[2])[0], w.moments(b[2], left=False, ordered=False))
        backward = w.followed(w.split(b[2])[0], w.moments(a[2], left=True, ordered=False))
        white = pair(w.white(w.split(a[2])[1], w.split(b[2])[1], ordered=False))
        found = [self.double(a[0], a[1], b[0], b[1], forward), self.double(b[0], b[1], a[0], a[1], backward)]
        if not white.zero:
            found.append(self._norm(a[0], b[0], a[1], b[1]) * white)
        return total(found)

    def _of(self, name: str, dag: bool) -> tuple[Sum, Envelope, LinearForm]:
        output, e = self.modes[name]
        f = self.sums[name]
        return self.tools.conj(f) if dag else f, e, op(output, dag=dag)

    def covariance(self) -> TemporalModes:
        names, naming = list(self.modes), self.work.naming
        elements: dict[tuple[str, str], Expr] = {}
        for k, i in enumerate(names):
            for j in names[k:]:
                if i != j and self.modes[i][0] == self.modes[j][0]:
                    self._require_orthogonal(i, j)
                n, m = self.moment((i, False), (j, True)), self.moment((i, False), (j, False))
                for q in "XP":
                    for r in "XP":
                        if (i, q) <= (j, r) or i != j:
                            e = quadrature(n.whole, m.whole, q, r)
                            stem = f"{q}_{i}", f"{r}_{j}"
                            name = f"var_{stem[0]}" if stem[0] == stem[1] else f"cov_{stem[0]}_{stem[1]}"
                            if stem[::-1] not in elements and e != 0:
                                elements[stem] = naming.kept(name, e)
        V = TemporalModes(tuple(names), elements, naming.definitions, self.work.steady.stability, filtered=self.modes)
        return replace(V, stability=(*V.stability, *self.conditions))

    def _require_orthogonal(self, i: str, j: str) -> None:
        overlap = self._norm(self.sums[i], self.tools.conj(self.sums[j]), self.modes[i][1], self.modes[j][1])
        inline = self.work.definitions.inline
        if not all(e == 0 or is_zero(inline(e)) for e in (overlap.re, overlap.im)):
            raise ParameterError(
                f"the envelopes of {i!r} and {j!r} on the output {self.modes[i][0]!r} overlap, so that their modes do "
                "not commute; give orthogonal envelopes, such as intervals that follow each other."
            )


def _plain(e: Expr) -> Expr:
    return e.xreplace({s: sp.Symbol(s.name) for s in e.free_symbols})


def shifted(tools: Exponentials, f: Sum, by: Expr, mirrored: bool) -> Sum:
    """f(by + x) as a function of x, or f(by - x)."""
    by = _plain(by)
    sign = -1 if mirrored else 1
    terms = []
    for (i, m), c in f.items():
        rate = tools.rates[i]
        start = c if by == 0 else c * tools.value({(i, 0): ONE}, by)
        place = tools.rate(rate.times(sign))
        for k in range(m + 1):
            if by != 0 or k == m:
                terms.append(((place, k), start.times(by ** (m - k) * sign**k * comb(m, k))))
    return summed(terms)
