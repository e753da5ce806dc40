"""The state of travelling light: modes of the output at one frequency, from its spectra."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Any

import sympy as sp
from sympy import Expr

from cascade_sym.compose import System, as_system
from cascade_sym.definitions import Definitions
from cascade_sym.errors import PortMismatch
from cascade_sym.exact.truth import normal_form
from cascade_sym.solve.covariance import Covariance
from cascade_sym.spectra import Quadrature, cross_spectrum, noise_spectrum
from cascade_sym.spectra.inline import real_and_imaginary
from cascade_sym.states.state import Modes, chosen
from cascade_sym.symbols import all_domains

ANGLES = {"X": sp.S.Zero, "P": sp.pi / 2}


def light_state(system: System, outputs: Modes = None, *, frequency: Any = None) -> Covariance:
    """The Gaussian state of the light of some outputs (default: all) at one frequency, per unit of bandwidth.

    An output is a channel of an output port: "light" of a port of that name with one channel, "light+" and "light-" of
    one with sidebands. At the frequency Omega (default: a symbol of that name; or a number) of the system's frame the
    quadratures of an output are q(Omega) = (q_cos + i q_sin)/sqrt2, and the state is that of the modes
    <output>_cos and <output>_sin; where no two quadratures have an imaginary cross spectrum, both are in the same
    state, and one mode, called like the output, stands for either. Vacuum is 1/2. It exists where the system is stable.
    Raises UnknownName for a missing output, UnstableError as `noise_spectrum`, WorkSpent where the spectra are too long
    for the exact field. Source: spectra of the output, Gardiner and Collett, PRA 31, 3761 (1985); the entanglement
    of modes of the output: Zippilli, Di Giuseppe and Vitali, NJP 17, 043025 (2015).

    >>> from cascade_sym.parts import Squeezer
    >>> V = light_state(Squeezer("s", chi=1, kappa=6), frequency=0)
    >>> V["X_light", "X_light"].inline(), V["P_light", "P_light"].inline()
    (2, 1/8)
    """
    s = as_system(system)
    fields = {f"{p.name}{c}": (p.name, c or None) for p in s.out_ports for c in p.channels}
    if not fields:
        raise PortMismatch("this system has no output port; close none of them.")
    names = chosen(tuple(fields), outputs)
    read = {
        (name, x): Quadrature(angle, port, channel=channel)
        for name in names for x, angle in ANGLES.items() for port, channel in [fields[name]]
    }  # fmt: skip
    parts: dict[tuple[Any, Any], tuple[Expr, Expr]] = {}
    domains, stability = [], []
    for i, j in combinations_with_replacement(read, 2):
        at = {} if frequency is None else {"frequency": frequency}
        N = noise_spectrum(s, read[i], **at) if i == j else cross_spectrum(s, read[i], read[j], **at)
        domains.append(N.definitions.domains)
        stability += [N.definitions.inline(e) for e in N.domain]
        re, im = (normal_form(e, domains=N.domains) for e in real_and_imaginary(normal_form(N)))
        parts[i, j] = re, im
    positive = tuple(e for e in dict.fromkeys(stability) if not e.is_positive)
    split = any(im != 0 for _, im in parts.values())
    elements = _elements(parts, names if split else ())
    modes = [f"{m}_{k}" for k in ("cos", "sin") for m in names] if split else list(names)
    return Covariance(tuple(modes), elements, Definitions(domains=all_domains(domains)), positive)


def _elements(parts: dict[tuple[Any, Any], tuple[Expr, Expr]], split: Sequence[str]) -> dict[tuple[str, str], Expr]:
    """The covariances of the real modes: Re N within the cosines and the sines, <sin_i cos_j> = Im N_ij."""
    found: dict[tuple[str, str], Expr] = {}
    for (i, j), (re, im) in parts.items():
        (m, x), (n, y) = i, j
        if not split:
            found[f"{x}_{m}", f"{y}_{n}"] = re
            continue
        for k in ("cos", "sin"):
            found[f"{x}_{m}_{k}", f"{y}_{n}_{k}"] = re
        found[f"{x}_{m}_sin", f"{y}_{n}_cos"] = im
        found[f"{x}_{m}_cos", f"{y}_{n}_sin"] = -im
    return {k: e for k, e in found.items() if e != 0}
