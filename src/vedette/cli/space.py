"""`vedette space`: what takes space in the installation, and what can be done about it."""

import sys
from typing import Annotated

from vedette.cli.credentials import Data
from vedette.cli.listing import Columns, is_for_people, print_records, prints_records
from vedette.cli.opening import opened
from vedette.cli.signatures import Option
from vedette.cli.terminal import aligned, cell_width

SPACE_COLUMNS: Columns = {"name": "name", "bytes": "size", "files": "files", "advice": "advice"}


@prints_records
def space(
    data: Data = None,
    most: Annotated[int, Option("--most", help="So many lines at most.")] = 20,
    is_json: Annotated[bool, Option("--json", help="All of it as JSON, in bytes.")] = False,
) -> None:
    """Say what takes space in the installation, the largest first, and what can be done about each."""
    from vedette.server.nightly import amount, summary
    from vedette.server.space import SpaceReports, measure_space

    with opened(data) as installation:
        report = measure_space(installation.settings, installation.database)
        before = SpaceReports(installation.settings.data).newest()
    if is_json:
        sys.stdout.write(report.dump().decode() + "\n")
        return
    lines = report.lines[:most]
    if not is_for_people():
        print_records(SPACE_COLUMNS, lines)
        return
    rows = aligned(
        [("", "on the disk", "files"), *((line.name, amount(line.size), f"{line.files:,}") for line in lines)]
    )
    width = max(map(cell_width, rows))
    for row, advice in zip(rows, ["", *(line.advice for line in lines)], strict=True):
        print(f"{row}{' ' * (width - cell_width(row))}  {advice}".rstrip())
    if len(report.lines) > most:
        rest = sum(line.size for line in report.lines[most:])
        print(f"… and {len(report.lines) - most} more, {amount(rest)} together (--most, --json).")
    print(summary(report, before, named=0))
