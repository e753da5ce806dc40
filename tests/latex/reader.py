"""An independent reading of LaTeX: the complex number that a formula stands for, given numbers for its symbols.

It knows nothing of the package: plain recursive descent over the string.
"""

from __future__ import annotations

import cmath
import re

FUNCTIONS = {
    "sin": cmath.sin,
    "cos": cmath.cos,
    "tan": cmath.tan,
    "arcsin": cmath.asin,
    "arccos": cmath.acos,
    "arctan": cmath.atan,
    "sinh": cmath.sinh,
    "cosh": cmath.cosh,
    "tanh": cmath.tanh,
    "ln": cmath.log,
}
CLOSING = {"(": ")", "[": "]", "\\{": "\\}", "\\lvert": "\\rvert"}


class Reader:
    def __init__(self, text: str, symbols: dict[str, complex]) -> None:
        self.s = re.sub(r"\\(left|right|biggl|biggr)(?![A-Za-z])|\\,|&|\\quad", " ", text)
        self.symbols = sorted(symbols.items(), key=lambda x: -len(x[0]))
        self.i = 0

    def blank(self) -> None:
        while self.i < len(self.s) and self.s[self.i].isspace():
            self.i += 1

    def take(self, token: str) -> bool:
        self.blank()
        follows = self.s[self.i + len(token) : self.i + len(token) + 1]
        if self.s.startswith(token, self.i) and not (token[0] == "\\" and token[-1].isalpha() and follows.isalpha()):
            self.i += len(token)
            return True
        return False

    def need(self, token: str) -> None:
        assert self.take(token), f"expected {token} at {self.s[self.i :]!r}"

    def sum(self) -> complex:
        total = -self.product() if self.take("-") else self.product()
        while True:
            if self.take("+"):
                total += self.product()
            elif self.take("-"):
                total -= self.product()
            else:
                return total

    def product(self) -> complex:
        value = self.factor()
        assert value is not None, f"no factor at {self.s[self.i :]!r}"
        while True:
            if self.take("\\cdot") or self.take("\\times"):
                factor = self.factor()
            elif self.take("/"):
                divisor = self.factor()
                assert divisor is not None
                value /= divisor
                continue
            else:
                factor = self.factor()
            if factor is None:
                return value
            value *= factor

    def factor(self) -> complex | None:
        base = self.atom()
        if base is None:
            return None
        while self.take("^"):
            if self.s.startswith("{*}", self.i):
                self.i += 3
                base = base.conjugate()
            else:
                base = base ** self.group()
        return base

    def group(self) -> complex:
        self.need("{")
        value = self.sum()
        self.need("}")
        return value

    def atom(self) -> complex | None:
        self.blank()
        for latex, value in self.symbols:
            if self.take(latex):
                return complex(value)
        if m := re.match(r"\d+(\.\d+)?", self.s[self.i :]):
            self.i += m.end()
            return complex(float(m.group()))
        if self.take("\\frac"):
            return self.group() / self.group()
        if self.take("\\sqrt"):
            if self.take("["):
                k = self.sum()
                self.need("]")
                return self.group() ** (1 / k)
            return cmath.sqrt(self.group())
        for name, f in FUNCTIONS.items():
            if self.take("\\" + name):
                power = self.group() if self.take("^") else 1
                return f(self.argument()) ** power
        for left, right in CLOSING.items():
            if self.take(left):
                value = self.sum()
                self.need(right)
                return complex(abs(value)) if left == "\\lvert" else value
        if self.take("\\pi"):
            return complex(cmath.pi)
        if self.take("e"):
            return complex(cmath.e)
        return 1j if self.take("i") else None

    def argument(self) -> complex:
        """What a function without brackets applies to: a bracket, or a number and a symbol."""
        self.blank()
        if self.s[self.i] in "([" or self.s.startswith("\\{", self.i):
            value = self.atom()
            assert value is not None
            return value
        value, first = 1 + 0j, True
        while True:
            self.blank()
            before = self.i
            if not first and any(self.s.startswith("\\" + name, before) for name in FUNCTIONS):
                return value  # of \sin4\sin x
            first = False
            number = re.match(r"\d", self.s[self.i :])
            part = self.atom()
            if part is None:
                self.i = before
                return value
            value *= part
            if not number:
                return value


def value_of(text: str, symbols: dict[str, complex]) -> complex:
    """The number; AssertionError where the text is not read to its end."""
    r = Reader(text, symbols)
    value = r.sum()
    r.blank()
    assert r.i == len(r.s), f"unread: {r.s[r.i :]!r}"
    return value
