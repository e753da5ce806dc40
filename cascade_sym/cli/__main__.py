from cascade_sym.cli.main import main

main()
