from cascade_sym.cli import run

run()
