# The fixtures are found by their names here.
from doubles.databases import (  # noqa: F401
    address,
    clock,
    database,
    house,
    postgres_maker,
    sqlite_maker,
)
