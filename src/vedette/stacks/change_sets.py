"""Change sets: what a template would change, looked at and then carried out, or not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from vedette.dialects.cloudformation import states
from vedette.errors import Missing, Taken, Wrong
from vedette.identity.principal import Principal
from vedette.stacks.run import KIND
from vedette.stacks.stacks import Stacks, in_state
from vedette.stacks.values import ChangeSet, Stack, StackSource

NOTHING = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)
DONE, FAILED = "CREATE_COMPLETE", "FAILED"
AVAILABLE, UNAVAILABLE, EXECUTED, OBSOLETE = (
    "AVAILABLE",
    "UNAVAILABLE",
    "EXECUTE_COMPLETE",
    "OBSOLETE",
)
CREATES = "CREATE"


@dataclass(frozen=True, slots=True)
class NewChangeSet:
    """A change set as it is asked for."""

    name: str
    kind: str
    source: StackSource
    description: str = ""
    role: str = ""


class ChangeSets:
    """The change sets of stacks."""

    def __init__(self, stacks: Stacks) -> None:
        self._stacks = stacks
        self._store = stacks.store

    def add(self, stack: Stack, new: NewChangeSet) -> ChangeSet:
        """Add a change set, planned now; one without a change is there, and has failed."""
        with self._stacks.database.write() as connection:
            stack = self._store.get(connection, stack.id)
            if stack.status not in (states.IN_REVIEW, *states.UPDATABLE):
                raise in_state(stack, "updated")
            for existing in self._store.change_sets(connection, stack.id):
                if existing.name == new.name:
                    raise Taken(f"ChangeSet {new.name} already exists", kind="change set", name=new.name)
            changes = self._stacks.plan(connection, stack, new.source)
            is_change = stack.status == states.IN_REVIEW or self._stacks.differs(
                connection, stack, new.source
            )
            self._store.add_change_set(
                connection, stack.id, new.source, new.role, name=new.name, kind=new.kind,
                status=DONE if is_change else FAILED, execution=AVAILABLE if is_change else UNAVAILABLE,
                reason="" if is_change else NOTHING, description=new.description, changes=changes,
            )  # fmt: skip
            return self._named(connection, stack, new.name)

    def find(self, stack: Stack, name: str) -> ChangeSet:
        """Return a change set by its name or its id."""
        with self._stacks.database.read() as connection:
            return self._named(connection, stack, name)

    def all_of(self, stack: Stack) -> Sequence[ChangeSet]:
        """Return the change sets of a stack, the oldest first."""
        with self._stacks.database.read() as connection:
            return self._store.change_sets(connection, stack.id)

    def execute(
        self, stack: Stack, name: str, caller: Principal, *, token: str = "", rolls_back: bool = True
    ) -> None:
        """Carry a change set out; the others of the stack are of no use any more."""
        with self._stacks.database.write() as connection:
            stack = self._store.get(connection, stack.id)
            result = self._named(connection, stack, name)
            if result.execution != AVAILABLE:
                raise Wrong(
                    f"ChangeSet [{result.name}] cannot be executed in its current status of "
                    f"[{result.status}]",
                    kind="change set state",
                )
            if result.role:
                stack = replace(stack, secrets=replace(stack.secrets, role=result.role))
            self._store.change(connection, stack.id, rolls_back=rolls_back)
            job = self._stacks.carry_out(connection, stack, result.source, caller, token)
            for other in self._store.change_sets(connection, stack.id):
                becomes = EXECUTED if other.id == result.id else OBSOLETE
                if other.execution == AVAILABLE:
                    self._store.move_change_set(connection, other.id, becomes)
        self._stacks.jobs.begin(KIND, job)

    def delete(self, stack: Stack, name: str) -> None:
        """Delete a change set that was not carried out."""
        with self._stacks.database.write() as connection:
            try:
                result = self._named(connection, stack, name)
            except Missing:
                return
            self._store.drop_change_sets(connection, [result.id])

    def _named(self, connection: Connection, stack: Stack, name: str) -> ChangeSet:
        for result in self._store.change_sets(connection, stack.id):
            if name in (result.name, arn_of(stack, result)):
                return result
        raise missing(name)


def arn_of(stack: Stack, change_set: ChangeSet) -> str:
    """Return what clients call a change set's id."""
    place = stack.place
    return (
        f"arn:aws:cloudformation:{place.region}:{place.account}:changeSet/{change_set.name}/{change_set.uuid}"
    )


def missing(name: str) -> Missing:
    """Return the refusal of a change set that is not there."""
    return Missing(f"ChangeSet [{name}] does not exist", kind="change set", name=name)
