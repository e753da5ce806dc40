"""Integrals over the whole frequency line by adaptive quadrature, with an error estimate."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from cascade_sym.errors import DerivationError

MOST_PANELS = 20_000


def line_integral(
    f: Callable[[Any], Any], center: float = 0.0, width: float = 1.0, tolerance: float = 1e-12
) -> tuple[float, float]:
    """int f(Omega) dOmega from -oo to oo, and an estimate of the error.

    `f` takes an array. The line is mapped to a finite one by Omega = center + width*tan(t); on each panel two
    Gauss-Legendre rules are compared, and the worst panels are halved until the estimated relative error is
    below `tolerance`. Raises DerivationError when that takes too many panels (f is not smooth, or decays too
    slowly).

    >>> import numpy as np
    >>> value, error = line_integral(lambda w: 1/(1 + w**2))
    >>> bool(abs(value - np.pi) <= max(error, 1e-14))
    True
    """
    edges = np.linspace(-np.pi / 2, np.pi / 2, 17)
    a, b = edges[:-1], edges[1:]
    fine, error = _panels(f, center, width, a, b)
    while error.sum() > tolerance * abs(fine.sum()):
        worst = error > max(0.1 * error.max(), tolerance * abs(fine.sum()) / (10 * len(a)))
        if len(a) > MOST_PANELS or not np.all(np.isfinite(fine)):
            raise DerivationError(
                f"the integral over frequency did not converge: estimated error {error.sum():.2g} of {fine.sum():.6g}; "
                "give a larger tolerance, or a center and width near the resonances."
            )
        mid = (a[worst] + b[worst]) / 2
        new_a, new_b = np.concatenate([a[worst], mid]), np.concatenate([mid, b[worst]])
        if np.any(new_b <= new_a):
            break
        new_fine, new_error = _panels(f, center, width, new_a, new_b)
        a, b = np.concatenate([a[~worst], new_a]), np.concatenate([b[~worst], new_b])
        fine, error = np.concatenate([fine[~worst], new_fine]), np.concatenate([error[~worst], new_error])
    return float(fine.sum()), float(error.sum() + 4 * np.finfo(float).eps * abs(fine).sum())


@lru_cache(maxsize=4)
def _rule(n: int) -> tuple[Any, Any]:
    return np.polynomial.legendre.leggauss(n)


def _panels(f: Callable[[Any], Any], center: float, width: float, a: Any, b: Any) -> tuple[Any, Any]:
    values = []
    for n in (10, 21):
        x, w = _rule(n)
        t = (a + b)[:, None] / 2 + (b - a)[:, None] / 2 * x
        omega = center + width * np.tan(t)
        jacobian = width / np.cos(t) ** 2
        values.append(((b - a) / 2) * ((f(omega.ravel()).reshape(omega.shape) * jacobian) @ w))
    return values[1], abs(values[1] - values[0])
