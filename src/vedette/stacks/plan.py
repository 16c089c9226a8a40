"""What an update would change, as a change set shows it before anything is touched."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vedette.dialects.cloudformation.functions import UNKNOWN, TemplateValues
from vedette.dialects.cloudformation.graph import in_order
from vedette.dialects.cloudformation.template import TemplateResource
from vedette.stacks.making import changed_names
from vedette.stacks.port import ResourceMaker
from vedette.stacks.values import StackResource


def plan_changes(
    maker: ResourceMaker,
    values: TemplateValues,
    current: Mapping[str, StackResource],
    tags: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return the changes that a template makes of a stack's resources.

    A replaced or a new resource has no name yet: what depends on it changes, or may.
    """
    renewed: set[str] = set()

    def known_names(logical: str) -> Any:
        return None if logical in renewed else values.product(logical)

    planned = replace(values, product=known_names, plans=True)
    changes = []
    names = in_order(values)
    for logical in names:
        resource = values.template.resources[logical]
        change = _change_of(maker, planned, resource, current.get(logical), tags)
        if change is not None:
            changes.append(change)
            if change["Action"] == "Add" or change["Replacement"] == "True":
                renewed.add(logical)
    removed = [row for logical, row in current.items() if logical not in names]
    return changes + [_change("Remove", row.logical, row.type, row.physical) for row in removed]


def _change_of(
    maker: ResourceMaker,
    values: TemplateValues,
    resource: TemplateResource,
    row: StackResource | None,
    tags: Mapping[str, str],
) -> dict[str, Any] | None:
    if row is None:
        return _change("Add", resource.logical, resource.type)
    target = maker.tagged(resource.type, values.resolve(dict(resource.properties)), tags)
    names = changed_names(row.facts.properties, target)
    scope = ["Properties"] if names else []
    if resource.metadata != row.facts.metadata:
        scope.append("Metadata")
    rules = (resource.deletion, resource.replacement)
    if rules != (row.facts.deletion, row.facts.replacement):
        scope.append("DeletionPolicy")
    if not scope and row.type == resource.type:
        return None
    unknown = {name for name in names if _is_unknown(target.get(name))}
    replaces = maker.replaces(resource.type, names) or row.type != resource.type
    # What others will be called is not known: it may be what it was.
    is_open = replaces and not maker.replaces(resource.type, names - unknown) and row.type == resource.type
    change = _change("Modify", resource.logical, resource.type, row.physical)
    change["Replacement"] = "Conditional" if is_open else "True" if replaces else "False"
    change["Scope"] = scope
    change["Details"] = [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": name,
                "RequiresRecreation": "Always" if maker.replaces(resource.type, {name}) else "Never",
            },
            "Evaluation": "Dynamic" if name in unknown else "Static",
            "ChangeSource": "ResourceReference" if name in unknown else "DirectModification",
        }
        for name in sorted(names)
    ]
    return change


def _is_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_unknown(inner) for inner in value.values())
    if isinstance(value, list):
        return any(_is_unknown(inner) for inner in value)
    return bool(value == UNKNOWN)


def _change(action: str, logical: str, type_name: str, physical: str = "") -> dict[str, Any]:
    change = {"Action": action, "LogicalResourceId": logical, "ResourceType": type_name, "Replacement": ""}
    return change | ({"PhysicalResourceId": physical} if physical else {})
