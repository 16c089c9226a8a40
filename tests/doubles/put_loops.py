"""Feedback loops put into the database beside a server, at any step: what hours of work leave."""

from pathlib import Path
from typing import Any

from doubles.console import HOME
from vedette.identity.principal import dump_principal, root_of
from vedette.loops import records
from vedette.loops.values import LoopState, LoopWish
from vedette.projects.project import Scope
from vedette.projects.projects import Projects
from vedette.projects.version import Version
from vedette.projects.versions import Versions
from vedette.store.db import open_database

# What a loop that was labelled has noted.
LABELLED = {
    "trial": "0" * 32,
    "looked_at": 40,
    "chosen": [
        ("s3://loop-pictures/in/a.png", "train", 0.4),
        ("s3://loop-pictures/in/b.png", "test", 0.3),
    ],
    "labelled": 2,
}
BETTER = {
    "verdict": "better",
    "p_value": 0.004,
    "compared": 40,
    "first_correct": 22,
    "second_correct": 36,
}


def put_loop(data: Path, version: Version, name: str, **state: Any) -> str:
    """Write a loop down as a server left it, and return its id."""
    facts, wish = state.pop("facts", {}), state.pop("wish", {})
    loop = LoopState(
        id=name.encode().hex().ljust(32, "0")[:32],
        project=version.project.id,
        version=version.id,
        version_name=version.name,
        wish=LoopWish(name, **{"source": "s3://loop-pictures/in/", **wish}),
        message=state.pop("message", ""),
        caller=dump_principal(root_of(HOME)),
        created_ms=1_790_000_000_000,
        changed_ms=1_790_000_000_000,
        **state,
    )
    database = open_database("", data)
    try:
        with database.write() as connection:
            records.add(connection, loop)
            records.change(connection, loop, facts=facts)
            records.let_go(connection, loop.id)
    finally:
        database.close()
    return loop.id


def version_beside(data: Path, service: str, project: str, name: str) -> Version:
    """Return a version of a server's, found in its database."""
    database = open_database("", data)
    try:
        projects = Projects(database)
        place = projects.find(Scope(service, HOME, "us-east-1"), project)
        return Versions(database, projects).find(place, name)
    finally:
        database.close()
