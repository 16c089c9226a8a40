"""A stack's own policy held against what an update is about to do; going back is never judged by it."""

from vedette.dialects.cloudformation import states
from vedette.dialects.cloudformation.graph import in_order
from vedette.dialects.cloudformation.stack_policy import DELETE, read_stack_policy
from vedette.stacks.values import StackResource
from vedette.stacks.work import StackFailed, StackWork


def refuse_change(work: StackWork, row: StackResource, action: str) -> None:
    """Have the update fail where the stack's policy does not allow this; the resource is as it was."""
    policy = work.stack.secrets.judged_by or work.stack.policy
    refusal = read_stack_policy(policy).refusal(action, row.logical, row.type) if policy else ""
    if not refusal:
        return
    with work.tools.database.write() as connection:
        work.store.note(
            connection, work.stack, states.UPDATE_FAILED, refusal, logical=row.logical, type=row.type,
            physical=row.physical,
        )  # fmt: skip
    raise StackFailed(f"The following resource(s) failed to update: [{row.logical}]. ")


def refuse_removals(work: StackWork) -> None:
    """Have an update fail that leaves out a resource which may not go, before it changes anything."""
    existing = set(in_order(work.values(work.stack.source)))
    for logical, row in work.current.items():
        if logical not in existing and row.is_there:
            refuse_change(work, row, DELETE)
