"""Symbols: how they are declared, read and named; conjugation."""

from cascade_sym.symbols.domains import NOTHING, Domain, Domains, all_domains
from cascade_sym.symbols.formula_text import formula_text
from cascade_sym.symbols.names import (
    MARK,
    REAL_VALUED,
    complex_symbol,
    conj,
    free_name,
    free_symbol,
    is_complex_symbol,
    is_hermitian,
    is_real,
    own,
    spelled,
    symbol,
)
from cascade_sym.symbols.read import (
    amplitude,
    amplitudes,
    as_given,
    domains_after,
    domains_in,
    expression,
    one_kind,
    plain,
    radicands,
    read_name,
    replacements,
    symbols_in,
)

__all__ = [
    "MARK", "NOTHING", "REAL_VALUED", "Domain", "Domains", "all_domains", "amplitude", "amplitudes", "as_given",
    "complex_symbol", "conj", "domains_after", "domains_in", "expression", "formula_text", "free_name", "free_symbol",
    "is_complex_symbol", "is_hermitian", "is_real", "one_kind", "own", "plain", "radicands", "read_name",
    "replacements", "spelled", "symbol", "symbols_in",
]  # fmt: skip
