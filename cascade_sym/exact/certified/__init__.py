"""Certificates of equalities, which `cascade_sym.recheck` checks by itself."""

from cascade_sym.exact.certified.walk import certificate

__all__ = ["certificate"]
