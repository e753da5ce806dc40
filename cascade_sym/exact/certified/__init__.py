"""Certificates of equalities, which `cascade_sym.recheck` checks by itself."""

from cascade_sym.exact.certified.certify import certificate

__all__ = ["certificate"]
