"""Declared symbols, conjugation, and the notation in which they are printed."""

from cascade_sym.symbols.names import REAL_VALUED, complex_symbol, conj, is_complex_symbol, is_real, symbol

__all__ = ["REAL_VALUED", "complex_symbol", "conj", "is_complex_symbol", "is_real", "symbol"]
