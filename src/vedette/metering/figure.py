"""What was counted of one thing in one minute, and how it is added to what the database holds."""

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, and_, insert, select, update

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
        """Add what was counted besides."""
        self.total += other.total
        self.samples += other.samples
        self.least = min(self.least, other.least)
        self.most = max(self.most, other.most)


def add(connection: Connection, key: Key, figure: Figure) -> None:
    """Add a figure to the database's row of it."""
    arn, minute, name = key
    here = and_(minutes.c.arn == arn, minutes.c.minute == minute, minutes.c.figure == name)
    row = connection.execute(select(minutes).where(here)).first()
    if row is None:
        connection.execute(insert(minutes).values(arn=arn, minute=minute, figure=name, **asdict(figure)))
        return
    whole = Figure(row.total, row.samples, row.least, row.most)
    whole.add(figure)
    connection.execute(update(minutes).where(here).values(asdict(whole)))
