"""From parts and detectors to the conditional covariance, as steps that can be checked again."""

from __future__ import annotations

from cascade_sym.compose.detection import detection
from cascade_sym.derive.master_equation import from_detection
from cascade_sym.derive.master_equation_moments import MomentEquations, from_master_equation
from cascade_sym.exact import equal
from cascade_sym.solve.conditional import Riccati, conditional_covariance, riccati
from cascade_sym.solve.conditional.proof import solves_riccati
from cascade_sym.steps import Check, Derivation, Step


def conditional_derivation(system: object, detect: object) -> Derivation:
    """Master equation, moment equations, Riccati equation and stationary covariance of a measured system.

    The moment equations (Gaussian closure of the master equation) are checked against the Riccati equation, which is
    derived without the master equation; the stationary covariance by its residual. Raises what
    `conditional_covariance` raises.

    >>> from cascade_sym.parts import Cavity
    >>> from cascade_sym.parts.detectors import Homodyne
    >>> conditional_derivation(Cavity("a", kappa=1), Homodyne(angle=0)).ok
    True
    """
    equation = from_detection(detection(system, detect))
    moments = from_master_equation(equation)
    problem = riccati(system, detect)
    V = conditional_covariance(problem)
    steps = (
        *equation.steps,
        Step(
            "simplification", "moment equations by Gaussian closure", {"master equation": equation},
            {"moments": moments}, lambda: same_equations(moments, problem),
            "the state stays Gaussian: covariances evolve without noise",
        ),
        Step(
            "solve", "stationary covariance by spectral factorisation", {"Riccati equation": problem},
            {"covariance": V}, lambda: solves_riccati(V),
            "of the roots, the one whose filter is stable: " + ", ".join(f"{h} > 0" for h in V.stability),
        ),
    )  # fmt: skip
    return Derivation("the state conditioned on continuous measurement", steps)


def same_equations(moments: MomentEquations, problem: Riccati) -> Check:
    """Prove that the covariances of the moment equations obey the Riccati equation."""
    other = problem.equations
    wrong = [
        f"d<{i}, {j}>/dt" for (i, j), e in moments.covariances.items()
        if not equal(problem.definitions.inline(other[i, j]), e)
    ]  # fmt: skip
    return Check(not wrong, "moment equations against the Riccati equation, element by element", "; ".join(wrong))
