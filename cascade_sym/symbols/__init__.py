"""Declared symbols, conjugation, and the notation in which they are printed."""

from cascade_sym.symbols.names import complex_symbol, conj, is_complex_symbol, is_real, symbol

__all__ = ["complex_symbol", "conj", "is_complex_symbol", "is_real", "symbol"]
