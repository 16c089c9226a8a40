"""`vedette evaluate`: evaluate a model on labelled pictures."""

from pathlib import Path
from typing import Annotated

from vedette.cli.listing import prints_records
from vedette.cli.signatures import Argument, Exit, Option


@prints_records
def evaluate(
    model: Annotated[Path, Argument(help="A model package: a folder, or a zip of it.")],
    source: Annotated[Path, Argument(help="A folder with a subfolder a label, or a manifest.")],
    as_json: Annotated[bool, Option("--json", help="One object of JSON.")] = False,
    report: Annotated[Path | None, Option(help="Write a page with curves, matrix and mistakes.")] = None,
    threads: Annotated[
        int | None, Option(min=1, help="How many processor threads; all cores by default.")
    ] = None,
) -> None:
    """Evaluate a model on labelled pictures."""
    from vedette.cli.judging import hold_against

    raise Exit(hold_against(model, source, as_json=as_json, report=report, threads=threads))
