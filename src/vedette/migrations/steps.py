"""The climb itself, by Alembic, without its ini file or its env.py."""

from collections.abc import Sequence

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

import vedette.migrations

# What a change says of itself in its file.
WORKS_WITH_OLDER = "works_with_older"


def breaks_older(numbers: Sequence[str]) -> bool:
    """Say whether one of these changes cannot be made beside servers of the release before it."""
    script = _script()
    return any(not getattr(script.get_revision(number).module, WORKS_WITH_OLDER, False) for number in numbers)


def climb(connection: Connection, to: str = "head") -> None:
    """Run every change between the database and `to`, within the connection's transaction."""
    script = _script()

    def steps(revision, context):  # type: ignore[no-untyped-def]
        del context
        return script._upgrade_revs(to, revision)

    if connection.dialect.name == "postgresql":
        # A change of a large table takes as long as it takes (store/db.py bounds all other statements).
        connection.execute(text("set local statement_timeout = 0"))
    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection, transaction_per_migration=False)
        environment.run_migrations()


def _script() -> ScriptDirectory:
    return ScriptDirectory(str(vedette.migrations.VERSIONS.parent))
