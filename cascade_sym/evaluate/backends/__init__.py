"""Ways to run a program: blocked NumPy, compiled vector code, arbitrary precision, JAX."""
