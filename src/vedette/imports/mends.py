"""Lines mended and judged anew: one by one, or all that have a code, a block a transaction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from vedette.dialects.dialect import Dialect
from vedette.dialects.intake import Intake
from vedette.errors import Missing, Wrong
from vedette.imports.blocks import (
    SourceHashes,
    block_of,
    change_block,
    read_block,
    read_hashes,
    source_of,
)
from vedette.imports.checking import PictureCheck
from vedette.imports.staging import StagedRow, judge_row
from vedette.imports.values import MendOrder
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import BadLine, Line, read_line
from vedette.manifest.mending import MENDS, mend_json, mend_line

# Mends of the row, beside those of its line.
OWN = ("leave-out", "restore", "edit", "mend-json", "find-picture")
KINDS = (*OWN, *MENDS)


@dataclass(frozen=True, slots=True)
class Mending:
    """What mending an import's lines needs."""

    connection: Connection
    import_id: str
    dialect: Dialect
    bucket: str
    check: PictureCheck
    stamp: Stamp

    def mend(
        self, block: int, order: MendOrder, numbers: Iterable[int] | None = None
    ) -> tuple[int, list[str]]:
        """Mend lines of a block: these, or all with the order's code.

        Returns how many were mended, and why others were not.
        """
        rows = read_block(self.connection, self.import_id, block)
        only = None if numbers is None else set(numbers)
        changed: dict[int, StagedRow] = {}
        problems: list[str] = []
        for place, row in enumerate(rows):
            if not _is_meant(row, order, only):
                continue
            try:
                changed[place] = self._mended(row, order)
            except Wrong as fault:
                problems.append(fault.sentence)
        stale = self._write(block, rows, changed)
        for number in stale - {rows[place].number for place in changed}:
            self._judge_again(number)
        return len(changed), problems

    def _write(self, block: int, rows: list[StagedRow], changed: Mapping[int, StagedRow]) -> set[int]:
        """Write changed rows, judged anew; return the lines of the same pictures, which change with them."""
        if not changed:
            return set()
        before = {source_of(rows[place]) for place in changed}
        after = {source_of(row) for row in changed.values()}
        for place, row in changed.items():
            rows[place] = row
        change_block(self.connection, self.import_id, block, rows)
        hashes = read_hashes(self.connection, self.import_id)
        for place, row in changed.items():
            rows[place] = self._judged(row, hashes)
        change_block(self.connection, self.import_id, block, rows)
        return {number for source in (before | after) - {""} for number in hashes.places(source)}

    def _judge_again(self, number: int) -> None:
        block = block_of(number)
        rows = read_block(self.connection, self.import_id, block)
        hashes = read_hashes(self.connection, self.import_id)
        place = next((place for place, row in enumerate(rows) if row.number == number), None)
        if place is None:
            return
        rows[place] = self._judged(rows[place], hashes)
        change_block(self.connection, self.import_id, block, rows)

    def _judged(self, row: StagedRow, hashes: SourceHashes) -> StagedRow:
        if row.is_left_out:
            return row
        source = source_of(row)
        intake = Intake(bucket=self.bucket)
        if source and any(number < row.number for number in hashes.places(source)):
            intake.sources.add(source)
        result = judge_row(self.dialect, row, _line_of(row), intake)
        return self.check.checked([result])[0]

    def _mended(self, row: StagedRow, order: MendOrder) -> StagedRow:
        if order.kind == "leave-out":
            return row._replace(is_left_out=True)
        if order.kind == "restore":
            return row._replace(text=row.original or row.text, original="", is_left_out=False)
        text = self._text(row, order)
        return row._replace(
            text=text, original=row.original or row.text, is_left_out=False, name="", is_placed=False
        )

    def _text(self, row: StagedRow, order: MendOrder) -> str:
        makers: Mapping[str, Callable[[], str]] = {
            "edit": lambda: _edited(order.value),
            "mend-json": lambda: mend_json(row.text),
            "find-picture": lambda: self._with_found_picture(row),
        }
        if order.kind in makers:
            return makers[order.kind]()
        return mend_line(order.kind, _read(row), order.value, self.stamp).text

    def _with_found_picture(self, row: StagedRow) -> str:
        line = _read(row)
        address = self.check.find_by_name(line.source, self.bucket)
        return mend_line("other-picture", line, address, self.stamp).text


def _is_meant(row: StagedRow, order: MendOrder, numbers: set[int] | None) -> bool:
    if numbers is not None:
        return row.number in numbers
    return not row.is_left_out and any(problem[0] == order.code for problem in row.problems)


def _read(row: StagedRow) -> Line:
    try:
        return read_line(row.text, number=row.number)
    except BadLine as bad:
        raise Wrong(bad.sentence, kind="line") from None


def _line_of(row: StagedRow) -> Line | BadLine:
    try:
        return read_line(row.text, number=row.number)
    except BadLine as bad:
        return bad


def _edited(text: str) -> str:
    """Return the text of one line: what is pasted over several is one line all the same."""
    joined = " ".join(text.split("\n")).strip()
    if not joined:
        raise Wrong("An empty line is none; leave it out instead.", kind="line")
    return joined


def require_kind(order: MendOrder) -> None:
    """Refuse a mend that does not exist, or that would be made to nothing or everything."""
    if order.kind not in KINDS:
        raise Missing(f"There is no mend {order.kind[:40]!r}.", kind="mend", name=order.kind[:40])
    if bool(order.numbers) == bool(order.code):
        raise Wrong("Name the lines to mend, or the code that all of them have.", kind="mend")
