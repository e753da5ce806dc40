"""The steps of a certificate: what is not zero, roots and angles."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.exact.atoms import monomials
from cascade_sym.exact.certified.generators import Json, NoEvidence
from cascade_sym.exact.certified.sign_proofs import SignProofs
from cascade_sym.exact.factors import polynomial_factors
from cascade_sym.exact.fraction import Fraction, Poly, by_power


class Evidence(SignProofs):
    """Proofs of what stands for the roots and functions of formulas; `cancelled` may be assumed not to be zero."""

    cancelled: Collection[str] = ()

    def nonzero(self, p: Poly) -> None:
        """Shows that a polynomial is not zero."""
        p = self.tower.now(p)
        if str(p) in self._nonzero:
            return
        if str(-p) in self._nonzero:
            self.steps.append({"nonzero": self.text(p), "times": "-1", "of": [self.text(-p)]})
            self._nonzero.add(str(p))
            return
        for q in (p, -p):
            found = self.tower.known_sign(q)
            if found and found.strict and found.value > 0 and (steps := self.signs(q)):
                self.steps.append({"nonzero": self.text(q), "signs": steps})
                self._nonzero.add(str(q))
                return self.nonzero(p)
        for text, value in self._below.items():
            self._divisor(text, value)
            if str(p) in self._nonzero or str(-p) in self._nonzero:
                return self.nonzero(p)
        if self._by_another(p):
            return
        for r in self.tower.field.relations:
            if p == self.tower.field.gen(r.gen):
                whole = self.tower.field.fraction(self.tower.now(r.value))
                factors = polynomial_factors(whole.num)[1]
                for q, _ in factors:
                    self.nonzero(q)
                rest = self.tower.field.fraction(p) ** (r.degree - 1)
                for q, k in factors:
                    rest = rest * self.tower.field.fraction(q) ** k
                said = [self.text(q) for q, k in factors for _ in range(k)]
                self.steps.append({"nonzero": self.text(p), "times": self.element(rest / whole), "of": said})
                self._nonzero.add(str(p))
                return
        assumed = f"{self.tower.said(p)} != 0"
        divided = [q for d in self.tower.divided for q, _ in polynomial_factors(self.tower.now(d))[1]]
        if assumed in self.cancelled or any(p in (q, -q) for q in divided):
            self.used.add(assumed)
            self._product(p, "1", [assumed])
            return
        raise NoEvidence(self.text(p))

    def _by_another(self, p: Poly) -> bool:
        """Whether p is not zero because its conjugate is not, or a root of it, or what it is a square of."""
        field, whole = self.tower.field, self.tower.field.fraction(p)
        if not self.tower.is_real(whole) and self.settled(whole):
            turned = self.tower.conj(whole)
            for q in (turned.num, -turned.num) if turned.den.is_one() else ():
                if str(q) in self._nonzero:
                    return self._product(p, f"conj(1/({self.text(q)}))" if q == turned.num else "", [])
        for r in field.relations:
            if (
                str(field.gen(r.gen)) in self._nonzero
                and (rest := field.fraction(self.tower.now(r.value)) / whole).den.is_one()
            ):
                return self._product(p, self.element(rest), [self.name(r.gen)] * r.degree)
        because = self.tower.because.get(str(p), ())
        z = because[0].within(field) if len(because) == 1 else None
        if z is None or not z.den.is_one() or str(z.num) == str(p):
            return False
        rest = z * self.tower.conj(z) / whole
        if not (rest.num.is_constant() and rest.den.is_constant()):
            return False
        self.nonzero(z.num)
        self.nonzero(self.tower.conj(z).num)
        return self._product(p, self.element(rest), [self.text(z.num), self.text(self.tower.conj(z).num)])

    def _product(self, p: Poly, times: str, of: list[str]) -> bool:
        if not times:
            return False
        self.steps.append({"nonzero": self.text(p), "times": times, "of": of})
        self._nonzero.add(str(p))
        return True

    def whole(self, f: Fraction) -> None:
        """Shows that a polynomial is not zero, in one step."""
        content, found = polynomial_factors(f.num)
        for q, _ in found:
            self.nonzero(q)
        if str(f.num) not in self._nonzero and abs(content) == 1:
            self._product(f.num, str(content), [self.text(q) for q, k in found for _ in range(k)])

    def below(self, text: str, value: Fraction) -> None:
        """The formulas divide by that."""
        self._below[text] = value

    def _divisor(self, text: str, value: Fraction) -> None:
        """The factors of a divisor are not zero."""
        value = value.within(self.tower.field)
        for q, _ in polynomial_factors(value.num)[1]:
            if str(q) not in self._nonzero:
                rest = value / self.tower.field.fraction(q)
                self._nonzero.add(str(q))
                self.steps.append({"nonzero": self.text(q), "times": self.element(rest), "of": [text]})

    def claim(self, f: Fraction) -> Json | None:
        """A proof that an element is >= 0."""
        f = f.within(self.tower.field)
        if f.is_zero:
            return {"c": "0", "factors": []}
        c, factors = sp.S.One, []
        for p, turn in ((f.num, 1), (f.den, -1)):
            content, found = polynomial_factors(p)
            c *= sp.Integer(content) ** turn
            for q, k in self._paired(found):
                steps = self.signs(q)
                if k % 2 and steps is None:
                    q, c, steps = -q, -c, self.signs(-q)
                if steps is None and (k % 2 or not self.tower.is_real(self.tower.field.fraction(q))):
                    return None
                if turn < 0:
                    self.nonzero(q)
                factors.append([self.text(q), turn * k, steps])
        return {"c": str(c), "factors": factors} if c > 0 else None

    def _paired(self, factors: list[tuple[Poly, int]]) -> list[tuple[Poly, int]]:
        """Factors, those that are each other's conjugates as products |p|^2."""
        field, out = self.tower.field, []
        left = dict(enumerate(factors))
        while left:
            _, (p, k) = left.popitem()
            if not self.tower.is_real(field.fraction(p)) and self.settled(field.fraction(p)):
                turned = self.tower.conj(field.fraction(p))
                for m, (q, j) in left.items():
                    if j == k and (turned / field.fraction(q)).num.is_one() and turned.den.is_one():
                        del left[m]
                        self.tower.because[str(p * q)] = (field.fraction(p),)
                        p = p * q
                        break
            out.append((p, k))
        return out

    def principal(self, w: Fraction, q: int) -> Json | None:
        """A proof that w is the principal root of w^q."""
        out: Json = {"is": self.element(w)}
        if claim := self.claim(w):
            return {**out, "claim": claim}
        field = self.tower.field
        for r in self._roots():
            if r.degree % q == 0 and w.num.degrees()[r.gen]:
                power = r.degree // q
                rest = w / field.element(r.gen) ** power
                if self.tower.is_real(rest) and not rest.den.degrees()[r.gen] and (claim := self.claim(rest)):
                    return {**out, "claim": claim, "gen": self.name(r.gen), "power": power}
        if q != 2:
            return None
        half, i = field.rational(1, 2), self.conv(sp.I)
        turned = self.tower.conj(w)
        u, v = (w + turned) * half, (turned - w) * i * half
        first = self.claim(u)
        if first is None:
            return None
        sign = self.tower.sign_of(u)
        return {**out, "claim": first, "side": None if sign and sign.strict and not u.is_zero else self.claim(v)}

    def _roots(self) -> list[Any]:
        """The relations of what are roots."""
        others = {self.conv.places[sp.I], *(d for _, _, d in self.conv.trig.values())}
        return [r for r in self.tower.field.relations if r.gen not in others]

    def settled(self, f: Fraction) -> bool:
        """Whether no root of unknown sign is in an element, so that its conjugate is known."""
        unknown = [r.gen for r in self._roots() if r.gen not in self.tower.intervals]
        return not any(p.degrees()[i] for p in (f.num, f.den) for i in unknown if i < len(p.degrees()))

    def angles(self, name: str, angle: Expr) -> Json:
        """An angle or exponent as a sum over generators."""
        found, quarters = [], 0
        for coeff, mono in monomials(angle, self.conv.domains):
            if name == "exp" and not mono.has(sp.I):
                n, g = self.conv.exponentials[mono]
                found.append([int(coeff * n), self.name(g)])
                continue
            m = mono / sp.I if name == "exp" else mono
            if m is sp.pi:
                if not (2 * coeff).is_Integer:
                    raise NoEvidence
                quarters += int(2 * coeff)
            elif m in self.conv.trig:
                n, c, _ = self.conv.trig[m]
                found.append([int(coeff * n), self.name(c)])
            elif m in self.conv.phases:
                n, g = self.conv.phases[m]
                found.append([int(coeff * n), self.name(g)])
            else:
                raise NoEvidence
        return {"angles": found, "quarters": quarters}

    def instead(self, difference: Fraction) -> tuple[int, Fraction] | None:
        """A root and what it is otherwise written, so that an element vanishes: see `SignedField.vanishes`."""
        field = self.tower.field
        for r in reversed(self._roots()):
            parts = by_power(difference.num, r.gen) if difference.num.degrees()[r.gen] else {}
            if r.gen not in self.tower.intervals or 1 not in parts or not set(parts) <= {0, 1}:
                continue
            a, b = (field.fraction(parts[k]) if k in parts else field.integer(0) for k in (0, 1))
            v = -a / b
            if (v**r.degree - field.fraction(r.value)).is_zero and self.claim(v):
                return r.gen, v
        return None
