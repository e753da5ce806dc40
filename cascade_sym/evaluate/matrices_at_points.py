"""Matrices of formulas as stacks of numbers: one evaluator for all entries that are no numbers already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from sympy import Expr, Matrix

from cascade_sym.definitions import Definitions, Quantity
from cascade_sym.evaluate.evaluator import Evaluator, evaluator
from cascade_sym.symbols import is_complex_symbol


@dataclass(frozen=True)
class Stacks:
    """Matrices over definitions; those named in `conditional` exist where the expressions of `domain` are positive."""

    matrices: Mapping[str, Matrix]
    definitions: Definitions
    domain: tuple[Expr, ...] = ()
    conditional: tuple[str, ...] = ()
    backend: str = "numpy"

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Their parameters, sorted by name."""
        every = (e for m in self.matrices.values() for e in m)
        return tuple(s.name for s in self.definitions.parameters(*every, *self.domain))

    @cached_property
    def complex(self) -> frozenset[str]:
        """The names of parameters that are complex."""
        every = (e for m in self.matrices.values() for e in m)
        return frozenset(s.name for s in self.definitions.parameters(*every, *self.domain) if is_complex_symbol(s))

    @cached_property
    def _entries(self) -> Evaluator | None:
        found = {
            f"{name} {i} {j}": Quantity(
                "entry", m[i, j], self.definitions, (), self.domain if name in self.conditional else ()
            )
            for name, m in self.matrices.items() for i, j in np.ndindex(*m.shape) if not m[i, j].is_number
        }  # fmt: skip
        return evaluator(found, self.backend) if found else None

    def __call__(self, arrays: Mapping[str, np.ndarray], shape: tuple[int, ...]) -> dict[str, np.ndarray]:
        """Each matrix as an array (*shape, rows, columns), complex where an entry is."""
        found: Mapping[str, Any] = {}
        if self._entries is not None:
            found = self._entries({n: arrays[n] for n in self._entries.parameters})
        out = {}
        for name, m in self.matrices.items():
            entries = {
                (i, j): complex(m[i, j]) if m[i, j].is_number else found[f"{name} {i} {j}"]
                for i, j in np.ndindex(*m.shape)
            }
            real = all(e.imag == 0 if isinstance(e, complex) else np.isrealobj(e) for e in entries.values())
            out[name] = np.empty((*shape, *m.shape), float if real else complex)
            for (i, j), e in entries.items():
                out[name][..., i, j] = e.real if real else e
        return out
