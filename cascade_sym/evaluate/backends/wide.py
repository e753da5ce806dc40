"""A program in doubles whose exponents have no limit: nothing overflows or underflows between inputs and results.

A value is m * 2**e, with a double 1/2 <= |m| < 1 and an integer e, or m zero, infinite or nan. Sums, products,
quotients and roots are rounded as doubles are. This is for the points that plain doubles can't do; it costs some thirty
times as much.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from math import log
from typing import Any

import flint
import numpy as np

from cascade_sym.evaluate.backends.numpy_blocks import product_error
from cascade_sym.evaluate.backends.sine_numpy import safe_sine_and_cosine, several
from cascade_sym.program.constants import SPECIAL, Constant, ball
from cascade_sym.program.nodes import Program, arguments, last_uses

Array = np.ndarray
Value = tuple[Array, Array]
NOTHING = -(1 << 40)  # the exponent of zero, and of what is not finite: below all others
FAR = 1000  # a term so many bits below another one does not change the sum
SMALL = -400  # below 2**SMALL an odd function equals its argument, times its slope one
LARGEST_EXPONENT = 1e9  # of exp; beyond it the result is infinite or zero, or nan where its error must be known
BLOCK = 4096


class WideKernel:
    """`kernel(n, inputs, outputs)` as the other kernels; outputs are rounded to their type once.

    With `bounded` every last part of a result is a bound, as `with_bounds` writes them: bounds are rounded up, and
    what a result loses by being rounded to a number of that size is added.
    """

    def __init__(self, program: Program, bounded: bool = False) -> None:
        self.program, self.bounded = program, bounded
        self.leaves = program.leaves
        self.last = last_uses(program)
        self.operations = OPERATIONS | ({"exp": partial(exponential, certain=True)} if bounded else {})

    def __call__(self, n: int, inputs: Sequence[Any], outputs: Sequence[Array]) -> None:
        for start in range(0, n, BLOCK):
            part = slice(start, min(start + BLOCK, n))
            given = [x[part] if getattr(x, "ndim", 0) else np.full(1, x) for x in inputs]
            with np.errstate(all="ignore"):
                self._block(given, [o[part] for o in outputs])

    def _block(self, given: list[Array], outputs: list[Array]) -> None:
        values: dict[int, Value] = {}
        leaves = iter(given)
        for i, node in enumerate(self.program.nodes):
            if node[0] == "const":
                values[i] = constant(node[1])
            elif node[0] == "param":
                values[i] = normal(next(leaves), 0)
            else:
                values[i] = self.operations[node[0]](*(values[a] for a in arguments(node)))
            for a in arguments(node):
                if self.last[a] == i:
                    values.pop(a, None)
        places = iter(outputs)
        if not self.bounded:
            for i in self.program.output_nodes():
                out = next(places)
                out[...] = double(values[i], out.dtype)
            return
        for result, bound in zip(self.program.outputs[::2], self.program.outputs[1::2], strict=True):
            lost = np.zeros(1)
            for i in result.parts():
                near = double(values[i])
                next(places)[...] = near
                lost = lost + np.where(np.abs(near) < np.finfo(float).tiny, np.where(values[i][0] == 0, 0, 5e-324), 0)
                lost = np.where(np.isinf(near), np.inf, lost)
            error = double(values[bound.re])
            rounded = np.where(values[bound.re][0] == 0, error, np.nextafter(error, np.inf))
            next(places)[...] = np.where(lost > 0, np.nextafter(rounded + lost, np.inf), rounded)


def normal(m: Array, e: Any) -> Value:
    """m * 2**e in normal form."""
    fraction, shift = np.frexp(m)
    fraction = np.asarray(fraction, np.float64)
    return fraction, np.where((fraction != 0) & np.isfinite(fraction), shift.astype(np.int64) + e, NOTHING)


def double(x: Value, dtype: Any = np.float64) -> Array:
    """The nearest double, or float of another type."""
    return np.ldexp(x[0].astype(dtype), np.clip(x[1], -40_000, 40_000).astype(np.int32))


@lru_cache(maxsize=4096)
def constant(c: Constant) -> Value:
    """An exact constant, whatever its size."""
    if c in SPECIAL:
        return np.full(1, SPECIAL[c]), np.full(1, NOTHING)
    with flint.ctx.workprec(128):
        mantissa, exponent = ball(c).mid().man_exp()
    bits = int(mantissa).bit_length()
    return normal(np.array([int(mantissa) / (1 << bits)]), int(exponent) + bits)


def add(x: Value, y: Value) -> Value:
    top = np.maximum(x[1], y[1])
    near = [np.ldexp(m, np.maximum(e - top, -FAR).astype(np.int32)) for m, e in (x, y)]
    return normal(near[0] + near[1], top)


def neg(x: Value) -> Value:
    return -x[0], x[1]


def sub(x: Value, y: Value) -> Value:
    return add(x, neg(y))


def mul(x: Value, y: Value) -> Value:
    return normal(x[0] * y[0], x[1] + y[1])


def div(x: Value, y: Value) -> Value:
    return normal(x[0] / y[0], x[1] - y[1])


def root(x: Value) -> Value:
    odd = x[1] & 1
    return normal(np.sqrt(np.ldexp(x[0], odd)), (x[1] - odd) >> 1)


def choose(test: Array, x: Value, y: Value) -> Value:
    return np.where(test, x[0], y[0]), np.where(test, x[1], y[1])


def extreme(sign: int) -> Callable[[Value, Value], Value]:
    def of(x: Value, y: Value) -> Value:
        difference = sub(x, y)[0] * sign
        same = np.isnan(difference) & (x[0] == y[0])  # two infinities
        return choose((difference < 0) | same | np.isnan(x[0]), x, y)

    return of


def tests(*values: Value, strict: bool) -> Value:
    lowest = values[0][0]
    for v in values[1:]:
        lowest = np.minimum(lowest, v[0])
    return normal(np.where(lowest > 0 if strict else lowest >= 0, 1.0, np.where(np.isnan(lowest), np.nan, -1.0)), 0)


def rounded(x: Value) -> Value:
    whole = np.rint(double(x))
    return choose(x[1] > 60, x, normal(whole, 0))


def by(f: Callable[[Array], Array], odd: bool = False) -> Callable[[Value], Value]:
    """A function of doubles; of tiny numbers it is the number itself, where it is `odd` with slope one."""

    def of(x: Value) -> Value:
        value = normal(f(double(x)), 0)
        return choose((x[1] < SMALL) & np.isfinite(x[0]), x, value) if odd else value

    return of


def wave(k: int) -> Callable[[Array], Array]:
    return lambda x: several(safe_sine_and_cosine, np.array(x, ndmin=1), 4)[k]


def logarithm(x: Value) -> Value:
    plain = np.log(double(x))
    return normal(np.where(np.abs(x[1]) < 1000, plain, np.where(np.isfinite(x[0]) & (x[0] != 0), np.log(x[0])
                                                               + x[1] * log(2), np.log(x[0]))), 0)  # fmt: skip


@lru_cache(maxsize=1)
def log_two() -> tuple[float, ...]:
    """log 2 in parts of 20 bits, whose multiples are exact, and the rest."""
    found = []
    with flint.ctx.workprec(300):
        rest = flint.arb(2).log()
        for bits in (20, 40, 60):
            found.append(float((rest * 2**bits).floor().mid()) / 2**bits)
            rest = rest - flint.arb(found[-1])
        return (*found, float(rest.mid()))


def exponential(x: Value, certain: bool = False) -> Value:
    """Reduced by multiples of log 2, which become the exponent."""
    value = double(x)
    known = np.where(np.abs(value) <= LARGEST_EXPONENT, value, 0.0)
    turns = np.rint(known / log(2))
    for part in log_two():
        known = known - turns * part
    result = normal(np.exp(known), turns.astype(np.int64))
    far = normal(np.where(certain & np.isfinite(x[0]), np.nan, np.exp(value)), 0)
    return choose(np.abs(value) <= LARGEST_EXPONENT, result, far)


def hyperbolic(f: Callable[[Array], Array], sign: int) -> Callable[[Value], Value]:
    """sinh and cosh: half an exponential where the argument is large."""

    def of(x: Value) -> Value:
        size, shift = exponential((np.abs(x[0]), x[1]))
        large = (np.copysign(size, x[0]) if sign < 0 else size), shift - 1
        return choose(np.abs(double(x)) < 500, by(f, odd=sign < 0)(x), large)

    return of


def large_logarithm(f: Callable[[Array], Array]) -> Callable[[Value], Value]:
    """asinh and acosh: log 2|x| where the argument is large."""

    def of(x: Value) -> Value:
        size, shift = logarithm((np.abs(x[0]), x[1] + 1))
        large = size if f is np.arccosh else np.copysign(size, x[0]), shift
        return choose((x[1] > 500) & ((f is np.arcsinh) | (x[0] > 0)), large, by(f, odd=f is np.arcsinh)(x))

    return of


def power(x: Value, y: Value) -> Value:
    """x = m 2**e with m near 1: m**y, times 2 to the power of e*y, whose whole part becomes the exponent."""
    exponent = double(y)
    low = np.abs(x[0]) < np.sqrt(0.5)
    m, e = np.where(low, 2 * x[0], x[0]), (x[1] - low).astype(np.float64)
    product = e * exponent
    turns = np.rint(product)
    rest = (product - turns) + product_error(e, exponent)
    small = exponent * np.log(np.abs(m))
    near = normal(np.power(m, exponent) * np.exp2(rest), 0)
    sign = np.where(np.power(np.sign(m), exponent) < 0, -1.0, 1.0)
    far = mul(exponential(normal(small, 0)), normal(sign * np.exp2(rest), 0))
    far = choose((m < 0) & (exponent != np.rint(exponent)), normal(np.full(1, np.nan), 0), far)
    size, shift = choose(np.abs(small) < 600, near, far)
    plain = normal(np.power(double(x), exponent), 0)
    wide = (x[0] != 0) & np.isfinite(x[0]) & (np.abs(product) < 2.0**50)
    return choose(wide, (size, shift + np.where(wide, turns, 0).astype(np.int64)), plain)


def angle(y: Value, x: Value) -> Value:
    top = np.maximum(x[1], y[1])
    near = [np.where(np.isfinite(m), np.ldexp(m, np.maximum(e - top, -2200).astype(np.int32)), m) for m, e in (y, x)]
    steep = (x[0] > 0) & (y[1] - x[1] < SMALL) & np.isfinite(x[0]) & np.isfinite(y[0])
    return choose(steep, div(y, x), normal(np.arctan2(*near), 0))


OPERATIONS: dict[str, Callable[..., Value]] = {
    "add": add, "sub": sub, "mul": mul, "div": div, "neg": neg, "sqrt": root, "pow": power, "exp": exponential,
    "abs": lambda x: (np.abs(x[0]), x[1]),
    "copysign": lambda x, y: (np.copysign(x[0], y[0]), x[1]),
    "select": lambda c, x, y: choose(c[0] >= 0, x, y),
    "min": extreme(1), "max": extreme(-1), "rint": rounded, "atan2": angle, "log": logarithm,
    "nonnegative": lambda *c: tests(*c, strict=False), "positive": lambda *c: tests(*c, strict=True),
    "proderr": lambda x, y: normal(product_error(x[0], y[0]), x[1] + y[1]),
    "sin": by(wave(0), odd=True), "cos": by(wave(1)), "sinh": hyperbolic(np.sinh, -1), "cosh": hyperbolic(np.cosh, 1),
    "tan": by(np.tan, odd=True), "atan": by(np.arctan, odd=True), "asin": by(np.arcsin, odd=True),
    "asinh": large_logarithm(np.arcsinh), "acosh": large_logarithm(np.arccosh), "atanh": by(np.arctanh, odd=True),
    "acos": by(np.arccos), "tanh": by(np.tanh, odd=True),
}  # fmt: skip
