"""Resources made, changed and replaced, one after the other, each after what it needs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vedette.dialects.cloudformation import states
from vedette.dialects.cloudformation.functions import TemplateValues
from vedette.dialects.cloudformation.graph import in_order
from vedette.dialects.cloudformation.stack_policy import MODIFY, REPLACE
from vedette.dialects.cloudformation.template import TemplateResource
from vedette.errors import Refusal
from vedette.stacks.port import MakingFailed
from vedette.stacks.protecting import refuse_change
from vedette.stacks.values import ResourceFacts, StackResource
from vedette.stacks.work import StackFailed, StackWork

CUSTOM_NAME = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
    "Rename {name} and update the stack again."
)


def apply(work: StackWork) -> TemplateValues:
    """Make the stack's resources what its template says; StackFailed where one cannot be."""
    values = work.values(work.stack.source)
    for logical in in_order(values):
        work.look_up()
        if _is_cancelled(work):
            raise StackFailed("User Initiated")
        try:
            _apply_one(work, work.values(work.stack.source), values.template.resources[logical])
        except Refusal as refusal:
            raise StackFailed(f"[{logical}] {refusal.sentence}") from None
    return work.values(work.stack.source)


def _is_cancelled(work: StackWork) -> bool:
    with work.tools.database.read() as connection:
        return work.store.get(connection, work.stack.id).is_cancelled


def _apply_one(work: StackWork, values: TemplateValues, resource: TemplateResource) -> None:
    maker, tags = work.tools.maker, work.stack.source.tags
    target = maker.tagged(resource.type, values.resolve(dict(resource.properties)), tags)
    row = work.current.get(resource.logical)
    if row is not None and row.is_there and row.type == resource.type and row.status not in _UNFINISHED:
        changed = changed_names(row.facts.properties, target)
        if not changed:
            _keep_rules(work, row, resource)
            return
        if not maker.replaces(resource.type, changed):
            refuse_change(work, row, MODIFY)
            _change(work, values, row, target)
            return
    if row is not None and row.is_there and row.status not in _UNFINISHED:
        refuse_change(work, row, REPLACE)
    _make(work, values, resource, target)


# Begun by a server that was stopped, or refused and tried again by the next update.
_UNFINISHED = (states.CREATING, states.CREATE_FAILED)


def changed_names(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Return the properties that differ."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def _keep_rules(work: StackWork, row: StackResource, resource: TemplateResource) -> None:
    """Take over what a template says of a resource beside its properties."""
    facts = _with_rules(row.facts, resource)
    if facts != row.facts:
        with work.tools.database.write() as connection:
            work.store.change_resource(connection, row.id, facts=facts)
        work.reload()


def _with_rules(facts: ResourceFacts, resource: TemplateResource) -> ResourceFacts:
    return replace(
        facts, deletion=resource.deletion, replacement=resource.replacement, metadata=resource.metadata
    )


def _make(
    work: StackWork, values: TemplateValues, resource: TemplateResource, target: Mapping[str, Any]
) -> None:
    row = work.current.get(resource.logical)
    if row is None or (row.is_there and row.status not in _UNFINISHED):
        started = _begin(work, values, resource, target)
        since_ms = 0
    else:
        started = row
        # Refused before is not begun; begun and not ended may have been made.
        since_ms = row.began_ms if row.status == states.CREATING else 0
        if not since_ms:
            work.note(
                row, states.CREATING, facts=_with_rules(ResourceFacts(target), resource), is_there=False
            )
    wish = replace(work.wish(started, target), resumed_since_ms=since_ms)
    try:
        product = work.tools.maker.make(work.actor(), wish)
    except MakingFailed as failure:
        physical = failure.physical or started.physical
        work.note(
            started,
            states.CREATE_FAILED,
            failure.sentence,
            physical=physical,
            is_there=bool(failure.physical),
        )
        raise StackFailed(f"The following resource(s) failed to create: [{resource.logical}]. ") from None
    facts = _with_rules(ResourceFacts(target, product.attributes), resource)
    work.note(started, states.CREATED, physical=product.physical, is_there=True, facts=facts)


def _begin(
    work: StackWork, values: TemplateValues, resource: TemplateResource, target: Mapping[str, Any]
) -> StackResource:
    """Write down that a resource is going to be made, under which name, and what it replaces."""
    maker, replaced = work.tools.maker, work.current.get(resource.logical)
    name = maker.named_by(resource.type, target)
    if replaced is not None and name and name == maker.named_by(replaced.type, replaced.facts.properties):
        work.note(replaced, states.UPDATE_FAILED, CUSTOM_NAME.format(name=name))
        raise StackFailed(f"The following resource(s) failed to update: [{resource.logical}]. ")
    name = name or maker.invent_name(resource.type, work.stack.name, resource.logical)
    display, facts = work.display(values, resource.properties), _with_rules(ResourceFacts(target), resource)
    with work.tools.database.write() as connection:
        if replaced is not None:
            work.store.change_resource(connection, replaced.id, is_current=False)
            reason = "Requested update requires the creation of a new physical resource; hence creating one."
            work.store.note(
                connection, work.stack, states.UPDATING, reason, logical=resource.logical,
                type=resource.type, physical=replaced.physical, properties=display,
            )  # fmt: skip
        work.store.add_resource(
            connection, work.stack.id, facts, logical=resource.logical, type=resource.type, physical=name,
            status=states.CREATING,
        )  # fmt: skip
        work.store.note(
            connection, work.stack, states.CREATING, "Resource creation Initiated",
            logical=resource.logical, type=resource.type, physical=name, properties=display,
        )  # fmt: skip
    work.reload()
    return work.current[resource.logical]


def _change(work: StackWork, values: TemplateValues, row: StackResource, target: Mapping[str, Any]) -> None:
    resource = values.template.resources[row.logical]
    before = row.facts.properties
    earlier = row.facts.before if row.facts.before is not None else before
    # What a server that was stopped wrote down as begun may have been done in part.
    is_again = row.facts.before is not None
    started, wish = row.facts, replace(work.wish(row, target), is_again=is_again)
    try:
        # An update after one that stood failed adds to what was held before that one.
        if not (is_again and row.status == states.UPDATING):
            wish = replace(
                wish, attributes=work.tools.maker.foresee(work.actor(), wish, row.physical, before)
            )
        started = replace(row.facts, before=earlier, attributes=wish.attributes)
        work.note(row, states.UPDATING, facts=started, properties=work.display(values, resource.properties))
        product = work.tools.maker.change(work.actor(), wish, row.physical, before)
    except MakingFailed as failure:
        # What of it was changed is mostly not known: going back sets all of it anew.
        is_same = failure.is_untouched
        attributes = started.attributes if failure.attributes is None else failure.attributes
        attempted = (
            started if is_same else replace(started, properties={**before, **target}, attributes=attributes)
        )
        work.note(row, states.UPDATE_FAILED, failure.sentence, facts=attempted)
        raise StackFailed(f"The following resource(s) failed to update: [{row.logical}]. ") from None
    facts = _with_rules(ResourceFacts(target, product.attributes, earlier), resource)
    work.note(row, states.UPDATED, physical=product.physical, facts=facts)
