from cascade_sym.cli.main import run

run()
