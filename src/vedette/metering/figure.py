"""A figure of one resource in one minute, and how it is added to the database."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, Table, and_, insert, select, update

from vedette.metering.tables import minutes

# ARN, minute, name.
Key = tuple[str, int, str]


@dataclass(slots=True)
class Figure:
    """Enough for every statistic that CloudWatch has."""

    total: float = 0.0
    samples: int = 0
    least: float = float("inf")
    most: float = float("-inf")

    def add(self, other: "Figure") -> None:
        """Add another figure of the same resource and minute."""
        self.total += other.total
        self.samples += other.samples
        self.least = min(self.least, other.least)
        self.most = max(self.most, other.most)


def add(connection: Connection, key: Key, figure: Figure, table: Table = minutes) -> None:
    """Add a figure to the database's row of it."""
    arn, minute, name = key
    key_matches = and_(table.c.arn == arn, table.c.minute == minute, table.c.figure == name)
    row = connection.execute(select(table).where(key_matches)).first()
    if row is None:
        connection.execute(insert(table).values(arn=arn, minute=minute, figure=name, **asdict(figure)))
        return
    whole = Figure(row.total, row.samples, row.least, row.most)
    whole.add(figure)
    connection.execute(update(table).where(key_matches).values(asdict(whole)))
