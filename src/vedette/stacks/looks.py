"""Stacks looked at: found by their names and ids, with their resources, their events and what they export."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from vedette.errors import Missing
from vedette.stacks.store import StackStore
from vedette.stacks.values import Stack, StackEvent, StackPlace, StackResource
from vedette.store.db import Database


class StackLooks:
    """What can be asked of stacks without a change of any."""

    def __init__(self, database: Database, store: StackStore) -> None:
        self.database = database
        self.store = store

    def look_for(self, place: StackPlace, name: str) -> Stack | None:
        """Return the stack of a name or an id, a deleted one by its id alone; None where there is none."""
        with self.database.read() as connection:
            return self.store.find(connection, place, name)

    def find(self, place: StackPlace, name: str) -> Stack:
        """Return the stack of a name or an id."""
        stack = self.look_for(place, name)
        if stack is None:
            raise missing(name)
        return stack

    def all_of(self, place: StackPlace) -> list[Stack]:
        """Return the stacks of a place, the newest first, and deleted ones too."""
        with self.database.read() as connection:
            return self.store.of_place(connection, place)

    def resources(self, stack: Stack) -> list[StackResource]:
        """Return the resources of a stack."""
        with self.database.read() as connection:
            return [row for row in self.store.resources(connection, stack.id) if row.is_current]

    def events(self, stack: Stack, *, before: int, most: int) -> list[StackEvent]:
        """Return what happened to a stack, the newest first."""
        with self.database.read() as connection:
            return self.store.events(connection, stack.id, before=before, most=most)

    def exports(self, place: StackPlace) -> Sequence[Row[Any]]:
        """Return what the stacks of a place export, by name."""
        with self.database.read() as connection:
            return self.store.exports(connection, place)

    def importers(self, place: StackPlace, name: str) -> Sequence[Stack]:
        """Return the stacks that import a value."""
        with self.database.read() as connection:
            return self.store.importers(connection, place, name)

    def arn_of(self, number: int) -> str:
        """Return the id of a stack, by its number."""
        with self.database.read() as connection:
            return self.store.get(connection, number).arn


def missing(name: str) -> Missing:
    """Return the refusal of a stack that is not there."""
    return Missing(f"Stack with id {name} does not exist", kind="stack", name=name)
