"""What is found out about pictures later, kept beside the entries that name them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, select, update

from vedette.datasets.blocks import count
from vedette.datasets.sheet import Sheet
from vedette.datasets.staging import read_flaws, write_flaws
from vedette.datasets.tables import datasets, entries
from vedette.manifest.problems import Flaw


def mark_pictures(
    connection: Connection, part: int, findings: Mapping[int, Sequence[Flaw]], now_ms: int
) -> None:
    """Keep the flaws of these entries' pictures, and say anew which entries have errors."""
    query = select(entries.c.seq, entries.c.flaws).where(
        entries.c.part == part, entries.c.seq.in_(list(findings))
    )
    places = {record.seq: read_flaws(record.flaws) for record in connection.execute(query)}
    if not places:
        return
    sheet = Sheet(connection, part, now_ms)
    for seq, own in places.items():
        sheet.mark(seq, has_errors=any(flaw.scope != "mark" for flaw in [*own, *findings[seq]]))
    sheet.save()
    connection.execute(
        update(entries)
        .where(entries.c.part == part, entries.c.seq == bindparam("at"))
        .values(picture_flaws=bindparam("said")),
        [{"at": seq, "said": write_flaws(findings[seq])} for seq in places],
    )
    errors = count(connection, part).errors
    connection.execute(update(datasets).where(datasets.c.part == part).values(errors=errors))


def relabel(connection: Connection, part: int, labels: Mapping[int, Sequence[str]], now_ms: int) -> None:
    """Let entries have the labels that their masks show, and count a dataset's labels anew."""
    sheet = Sheet(connection, part, now_ms)
    if sheet.relabel(labels):
        sheet.save()
        used = count(connection, part).labels
        connection.execute(update(datasets).where(datasets.c.part == part).values(labels=used))
