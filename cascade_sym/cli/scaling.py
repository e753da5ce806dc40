"""`cascade-sym scaling`: the asymptotic optimum of a declared quantity."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cascade_sym.cli.commands import AsJson, Folder


def scaling(
    folder: Folder,
    name: Annotated[str, typer.Argument(help="A quantity of the folder; `cascade-sym list` names them.")],
    large: Annotated[str, typer.Option("--large", help="The parameter that grows (or falls, with --limit 0).")],
    over: Annotated[str, typer.Option("--over", help="Parameters to optimise, as C_M,theta_S,theta_M.")] = "",
    equal: Annotated[
        list[str] | None, typer.Option("--equal", help="Parameters kept equal, as theta_S,theta_M (repeatable).")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE, exact: 4/3, pi/4, oo; the others stay symbolic.")
    ] = None,
    limit: Annotated[str, typer.Option("--limit", help="What --large tends to: oo or 0.")] = "oo",
    terms: Annotated[int, typer.Option("--terms", min=1, max=2, help="1: leading order only; 2: the next one.")] = 2,
    as_json: AsJson = False,
) -> int:
    """Minimise NAME over parameters as another one grows: exponent, exact prefactor, optimum, certificate."""
    from cascade_sym.cli.progress import progress
    from cascade_sym.cli.values import names, settings
    from cascade_sym.formula import parse_value
    from cascade_sym.paper import load_folder
    from cascade_sym.paper.objective import scale_declared

    model = load_folder(folder).model
    with progress(f"scaling {name}", None) as tick:
        found = scale_declared(
            model,
            name,
            large=large.strip(),
            over=names(over),
            given=settings(set_ or []),
            equal=[names(g) for g in equal or []],
            limit=parse_value(limit),
            terms=terms,
            progress=tick,
        )
    if as_json:
        print(json.dumps({"name": name, "large": large, **found.to_json()}, indent=2, ensure_ascii=False))
    else:
        from cascade_sym.cli.tables import scaling_table

        scaling_table(found)
    return 0
