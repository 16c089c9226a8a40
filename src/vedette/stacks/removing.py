"""Resources deleted, each before what it needs; and what a failed update goes back to."""

from collections.abc import Callable, Collection
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from vedette.dialects.cloudformation import states
from vedette.dialects.cloudformation.graph import in_order, needs_of
from vedette.errors import Refusal
from vedette.stacks.port import MakingFailed
from vedette.stacks.values import StackResource, StackSource
from vedette.stacks.work import StackFailed, StackWork

RETAIN = "Retain"
ON_CREATE = "RetainExceptOnCreate"
SKIPPED = "Resource was skipped: it is left as it is."
UNSURE = "The server failed while this was made: whether it is there is not known, and it is left as it is."


def delete_all(work: StackWork, *, keeps: Collection[str], retained: Collection[str] = ()) -> list[str]:
    """Delete all resources of a stack but those that are to stay; return what could not be.

    `keeps` are the deletion policies that let a resource stay, `retained` are named by who asked.
    """
    return _delete(
        work,
        list(work.rows),
        lambda row: row.logical in retained or (row.is_current and row.facts.deletion in keeps),
        forgets=False,
    )


def clean_up(work: StackWork, source: StackSource) -> list[str]:
    """Delete what an update has replaced, and what its template does not have; return what could not be."""
    existing = set(in_order(work.values(source)))
    removed = [row for row in work.rows if not row.is_current or row.logical not in existing]

    def stays(row: StackResource) -> bool:
        policy = row.facts.deletion if row.is_current else row.facts.replacement
        return policy in (RETAIN, ON_CREATE)

    return _delete(work, removed, stays, forgets=True)


def clean_up_made(work: StackWork) -> list[str]:
    """Delete what a failed update had made; return what could not be."""
    removed = [row for row in work.rows if not row.is_current]
    return _delete(work, removed, lambda row: row.facts.deletion == RETAIN, forgets=True)


def _delete(
    work: StackWork, rows: list[StackResource], stays: Callable[[StackResource], bool], *, forgets: bool
) -> list[str]:
    failed: set[str] = set()
    blocked: set[str] = set()
    needs = _needs(work)
    for row in _last_first(work, rows):
        work.look_up()
        if row.status == states.DELETED:
            continue
        if stays(row):
            work.note(row, states.DELETE_SKIPPED)
        elif any(row.logical in needs.get(other, ()) for other in failed | blocked):
            blocked.add(row.logical)  # What needs it is still there.
            continue
        elif not _delete_one(work, row):
            failed.add(row.logical)
            if not forgets:
                continue
        if forgets:
            with work.tools.database.write() as connection:
                work.store.drop_resource(connection, row.id)
            work.reload()
    return sorted(failed)


def _needs(work: StackWork) -> dict[str, set[str]]:
    """Return which resources each needs, by the templates of before and after."""
    needs: dict[str, set[str]] = {}
    for source in (work.stack.secrets.source, work.stack.secrets.next):
        if source is None:
            continue
        try:
            values = work.values(source)
            for name, resource in values.template.resources.items():
                needs.setdefault(name, set()).update(needs_of(values, resource))
        except Refusal:
            continue
    return needs


def _last_first(work: StackWork, rows: list[StackResource]) -> list[StackResource]:
    """Return resources in the order in which they can be deleted: what others need comes last."""
    try:
        order = list(TopologicalSorter(_needs(work)).static_order())
    except CycleError:
        order = []  # The templates of before and after need each other: the latest goes first.
    position = {name: number for number, name in enumerate(order)}
    return sorted(rows, key=lambda row: (-position.get(row.logical, 0), -row.id))


def _delete_one(work: StackWork, row: StackResource) -> bool:
    """Delete a resource; say whether it is gone."""
    if not row.is_there and row.status == states.CREATING:
        # The server failed in the middle. What has the name may be somebody else's: nothing is guessed.
        work.note(row, states.DELETE_SKIPPED, UNSURE)
        return True
    if row.is_there:
        work.note(row, states.DELETING)
        try:
            work.tools.maker.delete(work.actor(), work.wish(row, row.facts.properties), row.physical)
        except MakingFailed as failure:
            work.note(row, states.DELETE_FAILED, failure.sentence)
            return False
    work.note(row, states.DELETED, is_there=False)
    return True


def go_back(work: StackWork, *, skipped: Collection[str] = ()) -> None:
    """Set resources back to what they were before a failed update; StackFailed where one cannot be.

    Those that are skipped count as set back: drift detection tells what they really are.
    """
    _go_back_to_replaced(work)
    # What needs others was changed after them, and goes back before them.
    for row in _last_first(work, [row for row in work.rows if row.is_current]):
        work.look_up()
        before = row.facts.before
        if before is None:
            continue
        if row.logical in skipped:
            work.note(row, states.UPDATED, SKIPPED, facts=replace(row.facts, properties=before, before=None))
            continue
        work.note(row, states.UPDATING)
        wish = replace(work.wish(row, before), is_again=True)
        try:
            product = work.tools.maker.change(work.actor(), wish, row.physical, row.facts.properties)
        except MakingFailed as failure:
            work.note(row, states.UPDATE_FAILED, failure.sentence)
            raise StackFailed(f"The following resource(s) failed to update: [{row.logical}]. ") from None
        facts = replace(row.facts, properties=before, attributes=product.attributes, before=None)
        work.note(row, states.UPDATED, physical=product.physical, facts=facts)


def _go_back_to_replaced(work: StackWork) -> None:
    """Have what was replaced stand for its name again, and what was made wait for its deletion."""
    with work.tools.database.write() as connection:
        for row in work.rows:
            if row.is_fresh and row.is_current:
                work.store.change_resource(connection, row.id, is_current=False)
            elif not row.is_current and not row.is_fresh:
                work.store.change_resource(connection, row.id, is_current=True)
    work.reload()
