"""The EPR variance of two oscillators in cascade, written by hand in C: what a specialist would do.

One pass, eight points at a time, one division; sine and cosine as polynomials in theta - pi/4, for angles in the first
quadrant only; every root cancelled on paper. Compiled when the benchmark runs.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

ORDER = ("Gamma_S", "Gamma_M", "theta_S", "theta_M", "gamma_S0", "gamma_M0", "n_S", "n_M", "epsilon")

SOURCE = r"""
typedef double V __attribute__((vector_size(64), aligned(8)));
#define ALL(c) ((V){c, c, c, c, c, c, c, c})

static inline __attribute__((always_inline)) void wave(V x, V *s, V *c) {
    V z = x * x;
    V p = ALL(-7.647163731819816e-13), q = ALL(4.779477332387385e-14);
    p = p * z + 1.6059043836821613e-10;
    p = p * z - 2.505210838544172e-08;
    p = p * z + 2.755731922398589e-06;
    p = p * z - 1.984126984126984e-04;
    p = p * z + 8.333333333333333e-03;
    p = p * z - 1.6666666666666666e-01;
    q = q * z - 1.1470745597729725e-11;
    q = q * z + 2.08767569878681e-09;
    q = q * z - 2.755731922398589e-07;
    q = q * z + 2.48015873015873e-05;
    q = q * z - 1.388888888888889e-03;
    q = q * z + 4.1666666666666664e-02;
    *s = x + x * z * p;
    *c = 1.0 + z * (z * q - 0.5);
}

void variance(long n, const double *GS, const double *GM, const double *tS, const double *tM, const double *gS,
              const double *gM, const double *nS, const double *nM, const double *eps, double *restrict out) {
    const double quarter = 0.78539816339744830962, rest = 3.0616169978683830179e-17;
    for (long i = 0; i + 8 <= n; i += 8) {
        V a = *(const V *)(GS + i), b = *(const V *)(GM + i);
        V s1, c1, s2, c2;
        wave((*(const V *)(tS + i) - quarter) - rest, &s1, &c1);
        wave((*(const V *)(tM + i) - quarter) - rest, &s2, &c2);
        V g1 = *(const V *)(gS + i), g2 = *(const V *)(gM + i);
        V w1 = g1 + 2.0 * a * s1 * c1, w2 = g2 + 2.0 * b * s2 * c2, w = w1 + w2;
        V v1 = 0.5 * a + g1 * (*(const V *)(nS + i) + 0.5);
        V v2 = 0.5 * b + g2 * (*(const V *)(nM + i) + 0.5);
        V t = 1.0 - *(const V *)(eps + i);
        V d = s1 * c2 - c1 * s2;
        V x = -2.0 * (w1 * (c1 * c2 - s1 * s2) - 2.0 * d * v1);
        V p = t * a * c1, q = b * c2;
        V top = p * c1 * v1 * w * w2 + q * c2 * (v2 * w1 * w + t * a * b * d * x) + p * q * w2 * x;
        *(V *)(out + i) = 2.0 * top / ((p * c1 + q * c2) * (w1 * w2 * w));
    }
}
"""


def compiled_by_hand() -> Callable[[dict[str, np.ndarray], np.ndarray], None] | None:
    """The C function on arrays by name; None where there is no compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        return None
    folder = Path(tempfile.mkdtemp())
    (folder / "variance.c").write_text(SOURCE)
    command = [compiler, "-O3", "-march=native", "-shared", "-fPIC", "-o", "variance.so", "variance.c"]
    subprocess.run(command, check=True, cwd=folder)
    function = ctypes.CDLL(str(folder / "variance.so")).variance
    function.argtypes = [ctypes.c_long, *[ctypes.c_void_p] * 10]

    def run(values: dict[str, np.ndarray], out: np.ndarray) -> None:
        function(out.size, *(values[n].ctypes.data for n in ORDER), out.ctypes.data)

    return run
