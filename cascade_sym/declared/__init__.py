"""What a folder declares beside its equations: quantities, scalings, sweeps, figures."""
