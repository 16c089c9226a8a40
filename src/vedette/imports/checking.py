"""Whether the pictures that lines name are there and theirs to read, with the rights of who asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vedette.dialects.dialect import Dialect
from vedette.errors import Missing, Wrong
from vedette.identity.principal import Principal
from vedette.imports.buckets import MOST_OBJECTS, USABLE, MayRead
from vedette.imports.staging import StagedRow
from vedette.manifest.lines import BadLine, Line, read_line
from vedette.manifest.places import is_s3, split_s3
from vedette.store.blobs.port import Blobs


@dataclass(slots=True)
class PictureCheck:
    """Looks for pictures in buckets; opens none."""

    blobs: Blobs
    may_read: MayRead
    caller: Principal
    dialect: Dialect
    # Of a bucket, the keys by their last part; nothing for a name that two keys have.
    _names: dict[str, dict[str, str]] = field(default_factory=dict)

    def checked(self, rows: Sequence[StagedRow]) -> list[StagedRow]:
        """Return the rows, those with a problem more whose picture is not there."""
        return [self._checked(row) for row in rows]

    def _checked(self, row: StagedRow) -> StagedRow:
        if row.is_placed or not row.counts:
            return row
        line = _read(row)
        if line is None or not is_s3(line.source) or self.is_there(line.source):
            return row
        flaws = self.dialect.judge_picture(line, None, (), same_as=None)
        problems = [(flaw.code, flaw.message, "error", flaw.attribute, flaw.index) for flaw in flaws]
        return row._replace(problems=[*row.problems, *problems])

    def is_there(self, source: str) -> bool:
        """Say whether an object is there for the caller to read."""
        bucket, key = split_s3(source)
        try:
            self.blobs.find(bucket, key)
        except Missing:
            return False
        return self.may_read(self.caller, bucket, key, "")

    def find_by_name(self, source: str, bucket: str) -> str:
        """Return the address of the only picture in the bucket that has the name of this one.

        Raises:
            Wrong: where there is none, or there are several.
        """
        home = bucket or (split_s3(source)[0] if is_s3(source) else "")
        name = source.replace("\\", "/").rpartition("/")[2]
        key = self._keys(home).get(name.casefold(), None) if home else None
        if not key:
            problem = "are several pictures" if key == "" else "is no picture"
            raise Wrong(f"There {problem} called {name} in the bucket {home}.", kind="picture", name=name)
        address = f"s3://{home}/{key}"
        if not self.is_there(address):
            raise Wrong(f"{address} is not for you to read.", kind="picture", name=address)
        return address

    def _keys(self, bucket: str) -> dict[str, str]:
        if bucket not in self._names:
            names: dict[str, str] = {}
            if self.blobs.has_bucket(bucket) and self.blobs.owner(bucket) == self.caller.account:
                for number, item in enumerate(self.blobs.list(bucket)):
                    name = item.key.rpartition("/")[2].casefold()
                    if number < MOST_OBJECTS and f".{name.rpartition('.')[2]}" in USABLE:
                        names[name] = "" if name in names else item.key
            self._names[bucket] = names
        return self._names[bucket]


def _read(row: StagedRow) -> Line | None:
    try:
        return read_line(row.text, number=row.number)
    except BadLine:
        return None
