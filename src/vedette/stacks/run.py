"""The job of a stack: from one state to the next, until it stands still.

What comes next is told by the state alone, which lies in the database; so a stack that a killed server left
goes on where it was, or rolls back, on the next start.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from vedette.dialects.cloudformation import states
from vedette.errors import Refusal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobKind, WorkQueue
from vedette.stacks.making import apply
from vedette.stacks.protecting import refuse_removals
from vedette.stacks.removing import ON_CREATE, RETAIN, clean_up, clean_up_made, delete_all, go_back
from vedette.stacks.values import Stack, StackOutput
from vedette.stacks.work import StackFailed, StackTools, StackWork

log = logging.getLogger(__name__)

KIND = "stack"
# A stack's resources are made one after the other; so many stacks at once.
QUEUE = WorkQueue("stacks", 2)


@dataclass(frozen=True, slots=True)
class StackOrder:
    """Which stack is to be brought to a standstill; `retained` are resources that are left as they are.

    That is not deleted, or, where a roll back is continued, not set back.
    """

    stack: int
    retained: tuple[str, ...] = ()


def stack_kind(tools: StackTools) -> JobKind[StackOrder]:
    """Return the kind of job that does what is asked of stacks."""

    def run(context: JobContext, order: StackOrder) -> None:
        work = StackWork(tools, context, order.stack)
        while (step := STEPS.get(work.stack.status)) is not None:
            work.step = work.stack.status
            step(work, order)

    def fail(context: JobContext, order: StackOrder, problem: Exception) -> None:
        log.error("the stack %d was left: %s", order.stack, type(problem).__name__, exc_info=problem)
        with tools.database.write() as connection:
            stack = tools.store.get(connection, order.stack)
            status = AFTER_A_DEFECT.get(stack.status)
            if status is not None:
                reason = "The server failed; its log tells why."
                tools.store.change(connection, stack.id, status=status, reason=reason)
                tools.store.note(connection, stack, status, reason)
            context.end(connection)

    return JobKind(KIND, StackOrder, QUEUE, run, fail)


# Where a defect of ours leaves a stack: in a state from which it can be deleted, or taken up again.
AFTER_A_DEFECT = {
    states.CREATING: states.CREATE_FAILED,
    states.ROLLING_BACK: states.ROLLBACK_FAILED,
    states.DELETING: states.DELETE_FAILED,
    states.UPDATING: states.UPDATE_FAILED,
    states.CLEANING_UP: states.UPDATED,
    states.UPDATE_ROLLING_BACK: states.UPDATE_ROLLBACK_FAILED,
    states.ROLLBACK_CLEANING_UP: states.UPDATE_ROLLED_BACK,
}


def _create(work: StackWork, order: StackOrder) -> None:
    try:
        outputs = _apply(work)
    except StackFailed as failure:
        _leave_failed_creation(work, failure.sentence)
        return
    secrets = replace(work.stack.secrets, outputs=outputs)
    _settle(work, states.CREATED, secrets=secrets)


def _apply(work: StackWork) -> tuple[StackOutput, ...]:
    """Make the resources, and have the outputs stand where others see them."""
    values = apply(work)
    stack = work.stack
    try:
        outputs = work.outputs(values)
        with work.tools.database.write() as connection:
            occupied = {
                row.name for row in work.store.exports(connection, stack.place) if row.stack != stack.id
            }
            for output in outputs:
                if output.export in occupied:
                    raise StackFailed(
                        f"Export with name {output.export} is already exported by another stack."
                    )
            earlier = {output.export for output in outputs}
            for output in stack.secrets.outputs:
                users = work.store.importers(connection, stack.place, output.export) if output.export else []
                if output.export not in earlier and users:
                    names = ", ".join(user.name for user in users)
                    raise StackFailed(f"Export {output.export} cannot be deleted as it is in use by {names}")
            work.store.put_exports(connection, stack, outputs)
    except Refusal as refusal:
        raise StackFailed(refusal.sentence) from None
    return outputs


def _leave_failed_creation(work: StackWork, reason: str) -> None:
    failed = [row.logical for row in work.rows if row.status == states.CREATE_FAILED]
    message = f"The following resource(s) failed to create: [{', '.join(failed)}]. " if failed else reason
    on_failure = work.stack.on_failure if work.stack.rolls_back else "DO_NOTHING"
    if on_failure == "DO_NOTHING":
        _settle(work, states.CREATE_FAILED, message)
    elif on_failure == "DELETE":
        work.move(states.DELETING, f"{message}Delete requested by user.")
    else:
        work.move(states.ROLLING_BACK, f"{message}Rollback requested by user.")


def _roll_back(work: StackWork, order: StackOrder) -> None:
    failed = delete_all(work, keeps=(RETAIN,))
    if failed:
        _settle(work, states.ROLLBACK_FAILED, _not_deleted(failed))
    else:
        _settle(work, states.ROLLED_BACK)


def _not_deleted(names: list[str]) -> str:
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. "


def _delete(work: StackWork, order: StackOrder) -> None:
    failed = delete_all(work, keeps=(RETAIN, ON_CREATE), retained=order.retained)
    if failed:
        _settle(work, states.DELETE_FAILED, _not_deleted(failed))
        return
    stack = work.stack
    with work.tools.database.write() as connection:
        work.store.put_exports(connection, stack, ())
        work.store.put_imports(connection, stack.id, ())
        work.store.drop_change_sets(
            connection, [result.id for result in work.store.change_sets(connection, stack.id)]
        )
        now_ms = work.store.now_ms()
        work.store.change(
            connection, stack.id, status=states.DELETED, reason="", live_name=None, deleted_ms=now_ms
        )
        work.store.note(connection, stack, states.DELETED)
        work.context.end(connection)
    work.reload()


def _update(work: StackWork, order: StackOrder) -> None:
    try:
        refuse_removals(work)
        outputs = _apply(work)
    except StackFailed as failure:
        failed = [
            row.logical for row in work.rows if row.status in (states.CREATE_FAILED, states.UPDATE_FAILED)
        ]
        if not work.stack.rolls_back:
            _settle(work, states.UPDATE_FAILED, failure.sentence)
            return
        message = f"The following resource(s) failed to update: [{', '.join(failed)}]. "
        work.move(states.UPDATE_ROLLING_BACK, message if failed else failure.sentence, is_cancelled=False)
        return
    secrets = work.stack.secrets
    work.move(
        states.CLEANING_UP,
        secrets=replace(
            secrets, source=work.stack.source, next=None, outputs=outputs, judged_by="", next_policy=""
        ),
        is_cancelled=False,
        policy=secrets.next_policy or work.stack.policy,
    )


def _clean_up(work: StackWork, order: StackOrder) -> None:
    # What cannot be deleted is left, and named in its event: the stack stands as its template says.
    clean_up(work, work.stack.source)
    _settle(work, states.UPDATED)


def _roll_back_update(work: StackWork, order: StackOrder) -> None:
    try:
        go_back(work, skipped=order.retained)
    except StackFailed as failure:
        _settle(work, states.UPDATE_ROLLBACK_FAILED, failure.sentence)
        return
    with work.tools.database.write() as connection:
        work.store.put_exports(connection, work.stack, work.stack.secrets.outputs)
    work.move(states.ROLLBACK_CLEANING_UP)


def _clean_up_rollback(work: StackWork, order: StackOrder) -> None:
    clean_up_made(work)
    secrets = replace(work.stack.secrets, next=None, judged_by="", next_policy="")
    _settle(work, states.UPDATE_ROLLED_BACK, secrets=secrets)


def _settle(work: StackWork, status: str, reason: str = "", **values: object) -> None:
    """Have the stack stand still, and end the job with that."""
    stack = work.stack
    reason = work.mask(reason)
    stands = status in (states.CREATED, states.UPDATED, states.UPDATE_ROLLED_BACK)
    with work.tools.database.write() as connection:
        if not work.is_moved(connection):
            work.store.change(connection, stack.id, status=status, reason=reason, **values)
            if stands:
                _forget_way_back(work, stack, connection)
            work.store.note(connection, stack, status, reason)
            work.context.end(connection)
    work.reload()


def _forget_way_back(work: StackWork, stack: Stack, connection: Connection) -> None:
    for row in work.store.resources(connection, stack.id):
        facts = replace(row.facts, before=None)
        work.store.change_resource(connection, row.id, is_fresh=False, facts=facts)


STEPS: dict[str, Callable[[StackWork, StackOrder], None]] = {
    states.CREATING: _create,
    states.ROLLING_BACK: _roll_back,
    states.DELETING: _delete,
    states.UPDATING: _update,
    states.CLEANING_UP: _clean_up,
    states.UPDATE_ROLLING_BACK: _roll_back_update,
    states.ROLLBACK_CLEANING_UP: _clean_up_rollback,
}
