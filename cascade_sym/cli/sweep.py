"""`cascade-sym sweep`: a declared quantity over a grid, optimised over free parameters, as a netCDF file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from cascade_sym.cli.commands import Folder
from cascade_sym.errors import ParameterError

Pairs = list[str] | None


def sweep(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="A quantity of the folder; `cascade-sym list` names them.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The netCDF file to write.")],
    grid: Annotated[Pairs, typer.Option("--grid", help="KEY=FROM:TO:COUNT[:log] or KEY=A,B,C (repeatable).")] = None,
    optimise: Annotated[str, typer.Option("--optimise", help="Parameters, as C_M,theta_S or C_M=1e-2:1e4.")] = "",
    equal: Annotated[Pairs, typer.Option("--equal", help="Kept equal, as theta_S,theta_M (repeatable).")] = None,
    set_: Annotated[Pairs, typer.Option("--set", help="KEY=VALUE: 4/3, pi/4, 1e3.")] = None,
    also: Annotated[str, typer.Option("--also", help="Further quantities at the same points, as R,gamma_M.")] = "",
    maximise: Annotated[bool, typer.Option("--maximise", help="The largest value instead of the least.")] = False,
    unstable: Annotated[str, typer.Option("--unstable", help="nan (with a warning that counts) or raise.")] = "nan",
    guaranteed: Annotated[
        bool, typer.Option("--guaranteed", help="Values right to 1e-13 relative, with bounds on their errors.")
    ] = False,
    jobs: Annotated[int, typer.Option("--jobs", help="Processes; -1 for all cores.")] = 1,
) -> int:
    """NAME of FOLDER over a grid, minimised over --optimise at every point, into a netCDF file.

    Interrupted, it goes on where it was when it is called again: finished pieces are kept beside the file.
    """
    import warnings

    from cascade_sym.cli.progress import progress
    from cascade_sym.cli.values import free_parameters, grids, names, settings
    from cascade_sym.paper import load_folder
    from cascade_sym.paper.sweep import sweep_declared
    from cascade_sym.sweeps.axes import read_grid
    from cascade_sym.sweeps.work import pieces, write

    axes = grids(grid or [])
    if not axes and not optimise:
        raise ParameterError("nothing to sweep or to optimise; add --grid KEY=FROM:TO:COUNT or --optimise NAMES.")
    if jobs == 0:
        raise ParameterError("--jobs is 0; give a number of processes, or -1 for all cores.")
    model = load_folder(folder).model
    kept = output.with_name(output.name + ".part")
    steps = pieces(read_grid(axes)) + 1 if optimise else 1
    with (
        _told_how_to_go_on(kept),
        progress(f"sweep {name}", steps) as tick,
        warnings.catch_warnings(record=True) as told,
    ):
        warnings.simplefilter("always", RuntimeWarning)
        found = sweep_declared(
            model, name, axes, settings(set_ or []), optimise=free_parameters(optimise),
            equal=[names(g) for g in equal or []], also=names(also), maximise=maximise, unstable=unstable,
            precision="guaranteed" if guaranteed else "double", n_jobs=jobs,
            checkpoint=kept, progress=tick,
        )  # fmt: skip
        write(found, output)
    for w in told:
        print(f"warning: {w.message}", file=sys.stderr)
    if check := found.attrs.get("optimum_check"):
        print(f"optimum: {check}", file=sys.stderr)
    print(f"written: {output}", file=sys.stderr)
    return 0


@contextmanager
def _told_how_to_go_on(kept: Path) -> Iterator[None]:
    """Exit code 130 when interrupted, as shells have it."""
    try:
        yield
    except KeyboardInterrupt:
        if kept.is_file():
            print(f"interrupted; {kept} holds what is finished: the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(130) from None
