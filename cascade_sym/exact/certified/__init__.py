"""Certificates of equalities, which `cascade_sym.recheck` checks by itself."""

from cascade_sym.exact.certified.certificate import certificate

__all__ = ["certificate"]
