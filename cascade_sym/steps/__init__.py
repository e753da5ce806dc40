"""A derivation is an object: steps with what was done, before, after, and a check that can be run again."""

from cascade_sym.steps.steps import Check, Derivation, LazyTable, Step, check_all, identity_check

__all__ = ["Check", "Derivation", "LazyTable", "Step", "check_all", "identity_check"]
