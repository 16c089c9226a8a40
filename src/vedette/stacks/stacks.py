"""The front of the room: stacks asked for, changed, deleted and looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from vedette.clock import Clock, system_clock
from vedette.dialects.cloudformation import states
from vedette.dialects.cloudformation.functions import TemplateValues
from vedette.dialects.cloudformation.graph import imported_names, in_order
from vedette.dialects.cloudformation.rules import check_rules
from vedette.errors import Missing, Taken, TooMuch, Wrong
from vedette.identity.principal import Principal, dump_principal
from vedette.identity.seal import Seal
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.stacks.looks import StackLooks
from vedette.stacks.plan import plan_changes
from vedette.stacks.run import KIND, StackOrder, stack_kind
from vedette.stacks.store import StackStore
from vedette.stacks.values import (
    Stack,
    StackPlace,
    StackSecrets,
    StackSource,
)
from vedette.stacks.work import StackTools, values_of
from vedette.store.db import Database

# AWS's quota of an account and a region.
MOST_STACKS = 2000
NO_CHANGES = "No updates are to be performed."


@dataclass(frozen=True, slots=True)
class StackOptions:
    """How a stack's next operation goes. `role` is whom it acts as; nothing for its caller."""

    role: str = ""
    rolls_back: bool = True
    on_failure: str = "ROLLBACK"
    token: str = ""
    is_protected: bool = False
    policy: str = ""
    # The policy that this update alone is judged by, instead of the stack's.
    judged_by: str = ""


class Stacks(StackLooks):
    """The stacks of the installation."""

    def __init__(self, database: Database, seal: Seal, jobs: JobRunner, clock: Clock = system_clock) -> None:
        super().__init__(database, StackStore(seal, clock))
        self.tools = StackTools(database, self.store)
        self.jobs = jobs
        jobs.register(stack_kind(self.tools))

    # Asked for

    def create(
        self, place: StackPlace, name: str, source: StackSource, caller: Principal, options: StackOptions
    ) -> Stack:
        """Begin a stack; what can never be made is refused now."""
        with self.database.write() as connection:
            existing = self.store.find(connection, place, name)
            if existing is not None and existing.token and existing.token == options.token:
                return existing
            if existing is not None:
                raise Taken(f"Stack [{name}] already exists", kind="stack", name=name)
            number = self._insert(connection, place, name, _secrets(source, caller, options), options)
            stack = self.store.get(connection, number)
            self._note_imports(connection, stack)
            self.store.note(connection, stack, states.CREATING, "User Initiated")
            job = self._add_job(connection, stack)
        self.jobs.begin(KIND, job)
        return stack

    def _insert(
        self,
        connection: Connection,
        place: StackPlace,
        name: str,
        secrets: StackSecrets,
        options: StackOptions,
        status: str = states.CREATING,
    ) -> int:
        if self.store.count(connection, place) >= MOST_STACKS:
            raise TooMuch(f"The account has {MOST_STACKS:,} stacks in {place.region}, which are the most.")
        return self.store.insert(
            connection, place, name, status=status, secrets=secrets, rolls_back=options.rolls_back,
            on_failure=options.on_failure, token=options.token, is_protected=options.is_protected,
            policy=options.policy,
        )  # fmt: skip

    def reserve(
        self, place: StackPlace, name: str, source: StackSource, caller: Principal, options: StackOptions
    ) -> Stack:
        """Return the stack that a change set is going to create, which has nothing yet."""
        with self.database.write() as connection:
            existing = self.store.find(connection, place, name)
            if existing is not None and existing.status == states.IN_REVIEW:
                return existing
            if existing is not None:
                raise Wrong(f"Stack [{name}] already exists and cannot be created again with the changeSet.")
            number = self._insert(
                connection, place, name, _secrets(source, caller, options), options, states.IN_REVIEW
            )
            stack = self.store.get(connection, number)
            self.store.note(connection, stack, states.IN_REVIEW, "User Initiated")
            return stack

    def update(
        self, place: StackPlace, name: str, source: StackSource, caller: Principal, options: StackOptions
    ) -> Stack:
        """Begin an update; one that changes nothing is refused."""
        with self.database.write() as connection:
            stack = self._found(connection, place, name)
            if stack.token and stack.token == options.token and stack.status in states.BUSY:
                return stack
            if stack.status not in states.UPDATABLE:
                raise in_state(stack, "updated")
            if not self.differs(connection, stack, source):
                raise Wrong(NO_CHANGES)
            job = self._begin_update(connection, stack, source, caller, options)
        self.jobs.begin(KIND, job)
        return stack

    def carry_out(
        self, connection: Connection, stack: Stack, source: StackSource, caller: Principal, token: str
    ) -> int:
        """Begin what a change set holds; return its job."""
        secrets = replace(stack.secrets, caller=dump_principal(caller), judged_by="", next_policy="")
        if stack.status == states.IN_REVIEW:
            secrets, status = replace(secrets, source=source), states.CREATING
        elif stack.status in states.UPDATABLE:
            secrets, status = replace(secrets, next=source), states.UPDATING
        else:
            raise in_state(stack, "updated")
        return self._move(connection, stack, status, secrets, token=token)

    def _begin_update(
        self,
        connection: Connection,
        stack: Stack,
        source: StackSource,
        caller: Principal,
        options: StackOptions,
    ) -> int:
        role = options.role or stack.secrets.role
        # The policy of now judges this update; the one that comes with it is the next ones'.
        secrets = replace(
            stack.secrets, next=source, caller=dump_principal(caller), role=role,
            judged_by=options.judged_by, next_policy=options.policy,
        )  # fmt: skip
        values: dict[str, Any] = {"token": options.token, "rolls_back": options.rolls_back}
        return self._move(connection, stack, states.UPDATING, secrets, **values)

    def delete(
        self, stack: Stack, caller: Principal, *, role: str, retained: Sequence[str], token: str = ""
    ) -> None:
        """Begin to delete a stack with its resources."""
        with self.database.write() as connection:
            stack = self.store.get(connection, stack.id)
            if stack.status in (states.DELETING, states.DELETED):
                return
            if stack.status not in states.DELETABLE:
                raise in_state(stack, "deleted")
            self._refuse_to_delete(connection, stack, retained)
            secrets = replace(stack.secrets, caller=dump_principal(caller), role=role or stack.secrets.role)
            if stack.status in states.DELETABLE_AT_WORK:
                # Its job sees so before its next resource, and before it lets the stack stand still.
                self._change_state(
                    connection, stack, states.DELETING, secrets, token=token, is_cancelled=True
                )
                return
            job = self._move(
                connection, stack, states.DELETING, secrets, retained=tuple(retained), token=token
            )
        self.jobs.begin(KIND, job)

    def _refuse_to_delete(self, connection: Connection, stack: Stack, retained: Sequence[str]) -> None:
        if stack.is_protected:
            raise Wrong(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        if retained and stack.status != states.DELETE_FAILED:
            raise Wrong(
                "The specified resources to retain must be in a valid state (the stack DELETE_FAILED)."
            )
        known_names = {row.logical for row in self.store.resources(connection, stack.id)}
        if unknown := sorted(set(retained) - known_names):
            raise Wrong(f"The stack has no resources [{', '.join(unknown)}].")
        exported = [row.name for row in self.store.exports(connection, stack.place) if row.stack == stack.id]
        for export in exported:
            users = self.store.importers(connection, stack.place, export)
            if users:
                names = ", ".join(user.name for user in users)
                raise Wrong(f"Export {export} cannot be deleted as it is in use by {names}")

    def cancel_update(self, place: StackPlace, name: str) -> None:
        """Have an update under way leave off before its next resource, and go back."""
        with self.database.write() as connection:
            stack = self._found(connection, place, name)
            if stack.status != states.UPDATING:
                raise Wrong("CancelUpdateStack cannot be called from current stack status")
            self.store.change(connection, stack.id, is_cancelled=True)

    def continue_rollback(
        self, place: StackPlace, name: str, caller: Principal, *, role: str, skipped: Sequence[str] = ()
    ) -> None:
        """Take up a roll back that failed; what is skipped is left as it is."""
        with self.database.write() as connection:
            stack = self._found(connection, place, name)
            if stack.status != states.UPDATE_ROLLBACK_FAILED:
                raise in_state(stack, "continued")
            failed = {
                row.logical
                for row in self.store.resources(connection, stack.id)
                if row.is_current and row.status == states.UPDATE_FAILED
            }
            if others := sorted(set(skipped) - failed):
                raise Wrong(
                    f"Resources [{', '.join(others)}] cannot be skipped: only those can that are in "
                    f"{states.UPDATE_FAILED} state, which are [{', '.join(sorted(failed))}]."
                )
            secrets = replace(stack.secrets, caller=dump_principal(caller), role=role or stack.secrets.role)
            job = self._move(connection, stack, states.UPDATE_ROLLING_BACK, secrets, retained=tuple(skipped))
        self.jobs.begin(KIND, job)

    def change(self, place: StackPlace, name: str, **values: Any) -> Stack:
        """Change what no job does: a stack's policy, or whether it is protected."""
        with self.database.write() as connection:
            stack = self._found(connection, place, name)
            self.store.change(connection, stack.id, **values)
            return stack

    # What these have in common

    def _found(self, connection: Connection, place: StackPlace, name: str) -> Stack:
        stack = self.store.find(connection, place, name)
        if stack is None or stack.status == states.DELETED:
            raise Missing(f"Stack [{name}] does not exist", kind="stack", name=name)
        return stack

    def _move(
        self,
        connection: Connection,
        stack: Stack,
        status: str,
        secrets: StackSecrets,
        retained: tuple[str, ...] = (),
        **values: Any,
    ) -> int:
        current_stack = self._change_state(connection, stack, status, secrets, **values)
        return self._add_job(connection, current_stack, retained)

    def _change_state(
        self, connection: Connection, stack: Stack, status: str, secrets: StackSecrets, **values: Any
    ) -> Stack:
        now_ms = self.store.now_ms()
        values = {"is_cancelled": False, **values, "status": status, "reason": "", "secrets": secrets}
        if status != states.DELETING:
            values["updated_ms"] = now_ms if status != states.CREATING else 0
        self.store.change(connection, stack.id, **values)
        current_stack = self.store.get(connection, stack.id)
        if status in (states.CREATING, states.UPDATING):
            self._note_imports(connection, current_stack)
        self.store.note(connection, current_stack, status, "User Initiated")
        return current_stack

    def _add_job(self, connection: Connection, stack: Stack, retained: tuple[str, ...] = ()) -> int:
        order = StackOrder(stack.id, retained)
        return self.jobs.add(connection, NewJob(KIND, str(stack.id), stack.place.account, order))

    def _note_imports(self, connection: Connection, stack: Stack) -> None:
        """Write down which exports a stack uses, so that none goes while it does."""
        names = imported_names(self.values(connection, stack, stack.source))
        rows = self.store.exports(connection, stack.place)
        exported = {row.name for row in rows}
        # It would be in use by itself for good, and no export that is in use goes.
        for name in sorted(names & {row.name for row in rows if row.stack == stack.id}):
            raise Wrong(f"The stack cannot import {name}, which it exports itself.", kind="export", name=name)
        for name in sorted(names - exported):
            raise Wrong(f"No export named {name} found.", kind="export", name=name)
        # Until an update is done, what the template of before imports is needed too, to go back.
        before = self.store.imports(connection, stack.id) if stack.secrets.next is not None else set()
        self.store.put_imports(connection, stack.id, (names | before) & exported)

    def values(self, connection: Connection, stack: Stack, source: StackSource) -> TemplateValues:
        """Return what a template's functions are resolved with, in a stack."""
        rows = {row.logical: row for row in self.store.resources(connection, stack.id) if row.is_current}
        return values_of(self.store, connection, stack, source, rows)

    def plan(self, connection: Connection, stack: Stack, source: StackSource) -> list[dict[str, Any]]:
        """Return the changes that a template makes of a stack."""
        rows = {row.logical: row for row in self.store.resources(connection, stack.id) if row.is_current}
        values = values_of(self.store, connection, stack, source, rows)
        return plan_changes(self.tools.maker, values, rows, source.tags)

    def differs(self, connection: Connection, stack: Stack, source: StackSource) -> bool:
        """Say whether an update to this would change anything."""
        if self.plan(connection, stack, source) or stack.status in _FAILED:
            return True
        before = stack.secrets.source
        if before.tags != source.tags or before.read().outputs != source.read().outputs:
            return True
        return self._outputs(connection, stack, source) != {
            output.name: (output.value, output.export) for output in stack.secrets.outputs
        }

    def _outputs(
        self, connection: Connection, stack: Stack, source: StackSource
    ) -> Mapping[str, tuple[str, str]]:
        values = replace(self.values(connection, stack, source), masks=True)
        return {
            name: (
                values.text(body["Value"], name),
                values.text(body["Export"]["Name"], name) if "Export" in body else "",
            )
            for name, body in values.template.outputs.items()
            if values.has(str(body.get("Condition", "")))
        }

    def check(self, place: StackPlace, name: str, source: StackSource) -> None:
        """Refuse a template whose rules do not hold, or that can never be, before anything is written."""
        stack = Stack(
            0, place, name, "", "", "", 0, 0, 0, is_protected=False, rolls_back=True, on_failure="",
            policy="", is_cancelled=False, token="", drift={}, secrets=StackSecrets(source),
        )  # fmt: skip
        with self.database.read() as connection:
            values = replace(values_of(self.store, connection, stack, source, {}), plans=True)
        check_rules(values)
        for logical in in_order(values):
            values.resolve(dict(values.template.resources[logical].properties))


_FAILED = (states.CREATE_FAILED, states.UPDATE_FAILED)


def _secrets(source: StackSource, caller: Principal, options: StackOptions) -> StackSecrets:
    return StackSecrets(source, caller=dump_principal(caller), role=options.role)


def in_state(stack: Stack, verb: str) -> Wrong:
    """Return the refusal of what a stack's state forbids."""
    return Wrong(f"Stack:{stack.arn} is in {stack.status} state and can not be {verb}.")
