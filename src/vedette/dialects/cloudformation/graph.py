"""In which order the resources of a template are made: each after those that it mentions."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from vedette.dialects.cloudformation.functions import TemplateValues
from vedette.dialects.cloudformation.reading import malformed
from vedette.dialects.cloudformation.references import PSEUDO, Mention, function_of, mentions
from vedette.dialects.cloudformation.template import StackTemplate, TemplateResource
from vedette.errors import Wrong


def check_mentions(template: StackTemplate, attributes: Mapping[str, frozenset[str]]) -> None:
    """Refuse names that a template mentions and does not have; `attributes` are what types can be asked."""
    places: list[tuple[str, object]] = [
        (f"[/Resources/{name}]", resource.properties) for name, resource in template.resources.items()
    ]
    places += [(f"[/Outputs/{name}]", output) for name, output in template.outputs.items()]
    for place, value in places:
        for mention in mentions(value):
            _check(template, attributes, place, mention)
    for name, condition in template.conditions.items():
        for mention in mentions(condition):
            if mention.name not in template.parameters and mention.name not in PSEUDO:
                raise malformed(f"Unresolved dependencies [{mention.name}] in the condition {name}.")
    for name, resource in template.resources.items():
        _check_depends(template, name, resource)


def _check(
    template: StackTemplate, attributes: Mapping[str, frozenset[str]], place: str, mention: Mention
) -> None:
    resource = template.resources.get(mention.name)
    if mention.attribute:
        if resource is None:
            raise Wrong(
                f"Template error: instance of Fn::GetAtt references undefined resource {mention.name[:255]}",
                kind="template",
            )
        if mention.attribute not in attributes.get(resource.type, ()):
            raise Wrong(
                f"Template error: resource {mention.name} does not support attribute type "
                f"{mention.attribute[:255]} in Fn::GetAtt",
                kind="template",
            )
    elif resource is None and mention.name not in template.parameters and mention.name not in PSEUDO:
        raise malformed(
            f"Unresolved resource dependencies [{mention.name[:255]}] in the {place} block of the template"
        )


def _check_depends(template: StackTemplate, name: str, resource: TemplateResource) -> None:
    for other in resource.depends_on:
        if other not in template.resources:
            raise malformed(f"Unresolved resource dependencies [{other[:255]}] in DependsOn of {name}.")
    if resource.condition and resource.condition not in template.conditions:
        raise malformed(f"Template validation error: condition {resource.condition[:255]} is not defined.")


def in_order(values: TemplateValues) -> list[str]:
    """Return the logical names of the resources whose conditions hold, each after what it needs."""
    template = values.template
    existing = [name for name, resource in template.resources.items() if values.has(resource.condition)]
    needs = {name: needs_of(values, template.resources[name]) & set(existing) for name in existing}
    # The sorter keeps the order of the template among those that may go in any.
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        loop = [str(name) for name in error.args[1]]
        raise Wrong(
            f"Circular dependency between resources: [{', '.join(sorted(set(loop)))}]", kind="template"
        ) from None


def needs_of(values: TemplateValues, resource: TemplateResource) -> set[str]:
    """Return the resources that one needs, by the branches that its conditions choose."""
    pruned = chosen(values, resource.properties)
    mentioned = {mention.name for mention in mentions(pruned)} | set(resource.depends_on)
    return mentioned & set(values.template.resources)


def chosen(values: TemplateValues, value: object) -> object:
    """Return a value with every Fn::If replaced by the branch that holds."""
    function_call = function_of(value)
    if function_call is not None and function_call[0] == "Fn::If":
        argument = function_call[1]
        if isinstance(argument, list) and len(argument) == 3 and isinstance(argument[0], str):
            return chosen(values, argument[1] if values.has(argument[0]) else argument[2])
    if isinstance(value, Mapping):
        return {key: chosen(values, inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [chosen(values, inner) for inner in value]
    return value


def imported_names(values: TemplateValues) -> set[str]:
    """Return the exports of other stacks that a template asks for, by the branches that are chosen.

    Raises:
        Wrong: where a name depends on a resource.
    """
    template = values.template
    waiting = [
        chosen(values, resource.properties)
        for resource in template.resources.values()
        if values.has(resource.condition)
    ]
    waiting += [chosen(values, output) for output in template.outputs.values()]
    names: set[str] = set()
    while waiting:
        value = waiting.pop()
        function_call = function_of(value)
        if function_call is not None and function_call[0] == "Fn::ImportValue":
            if any(mention.name in template.resources for mention in mentions(function_call[1])):
                raise malformed("Fn::ImportValue cannot name an export by a resource.")
            names.add(values.text(function_call[1], "Fn::ImportValue"))
        elif isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return names
