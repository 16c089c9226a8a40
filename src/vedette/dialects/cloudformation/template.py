"""A template: its sections, held to what CloudFormation takes and to what is supported here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vedette.dialects.cloudformation.reading import malformed, read_text
from vedette.errors import Unbuilt

FORMAT = "2010-09-09"
SECTIONS = (
    "AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Mappings", "Conditions",
    "Resources", "Outputs", "Rules",
)  # fmt: skip
# Sections of CloudFormation's that run code, or that nothing here can judge.
UNSUPPORTED = ("Transform", "Hooks")
RESOURCE_MEMBERS = (
    "Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "Metadata",
)  # fmt: skip
UNSUPPORTED_MEMBERS = ("CreationPolicy", "UpdatePolicy")
# AWS's quotas.
MOST = {
    "Parameters": 200,
    "Conditions": 1000,
    "Mappings": 200,
    "Resources": 500,
    "Outputs": 200,
    "Rules": 100,
}
LONGEST_DESCRIPTION = 1024
LOGICAL = re.compile(r"[A-Za-z0-9]{1,255}")
DELETION = ("Delete", "Retain", "RetainExceptOnCreate")
REPLACEMENT = ("Delete", "Retain")


@dataclass(frozen=True, slots=True)
class TemplateResource:
    """A resource as a template declares it."""

    logical: str
    type: str
    properties: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    condition: str = ""
    deletion: str = "Delete"
    replacement: str = "Delete"
    metadata: Any = None


@dataclass(frozen=True, slots=True)
class StackTemplate:
    """A template, whose texts are as they were given."""

    description: str = ""
    metadata: Any = None
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    mappings: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, TemplateResource] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_template(text: str) -> StackTemplate:
    """Return the template of a text."""
    content = read_text(text)
    _refuse_sections(content)
    description = content.get("Description", "")
    if not isinstance(description, str) or len(description.encode()) > LONGEST_DESCRIPTION:
        raise malformed(f"Description is a text of {LONGEST_DESCRIPTION} bytes at most.")
    resources = _section(content, "Resources")
    if not resources:
        raise malformed("At least one Resources member must be defined.")
    return StackTemplate(
        description,
        content.get("Metadata"),
        _section(content, "Parameters"),
        _mappings(content),
        _conditions(content),
        {name: _resource(name, body) for name, body in resources.items()},
        _outputs(content),
        _section(content, "Rules"),
    )


def _refuse_sections(content: Mapping[str, Any]) -> None:
    for name in content:
        if name in UNSUPPORTED:
            raise Unbuilt(f"The section {name} of templates is not supported yet.", name=name)
        if name not in SECTIONS:
            raise malformed(f"Invalid template property or properties [{name[:100]}]")
    version = content.get("AWSTemplateFormatVersion", FORMAT)
    if version != FORMAT:
        raise malformed(f"Invalid template property AWSTemplateFormatVersion: it is {FORMAT}.")


def _section(content: Mapping[str, Any], name: str) -> dict[str, dict[str, Any]]:
    section = content.get(name, {})
    if not isinstance(section, dict):
        raise malformed(f"[/{name}] is an object.")
    if len(section) > MOST.get(name, len(section)):
        raise malformed(f"[/{name}] has {len(section)} members, and may have {MOST[name]}.")
    for key, member in section.items():
        if not LOGICAL.fullmatch(key):
            raise malformed(f"{name} name {key[:100]} is non alphanumeric.")
        if not isinstance(member, dict):
            raise malformed(f"[/{name}/{key}] is an object.")
    return section


def _conditions(content: Mapping[str, Any]) -> dict[str, Any]:
    return dict(_section(content, "Conditions"))


def _mappings(content: Mapping[str, Any]) -> dict[str, Any]:
    mappings = _section(content, "Mappings")
    for name, mapping in mappings.items():
        for key, values in mapping.items():
            if not isinstance(values, dict) or not all(
                isinstance(value, str | int | float | bool | list) for value in values.values()
            ):
                raise malformed(f"Every Mappings attribute must be a String or a List: {name}/{key}.")
    return mappings


def _outputs(content: Mapping[str, Any]) -> dict[str, Any]:
    outputs = _section(content, "Outputs")
    for name, output in outputs.items():
        if "Value" not in output:
            raise malformed(f"Every Outputs member must contain a Value object: {name}.")
        unknown = sorted(set(output) - {"Value", "Description", "Export", "Condition"})
        if unknown:
            raise malformed(f"the output {name} has an unknown member {unknown[0][:100]}.")
        export = output.get("Export", {"Name": ""})
        if not isinstance(export, dict) or set(export) != {"Name"}:
            raise malformed(f"the Export of the output {name} is an object with a Name.")
    return outputs


def _resource(name: str, body: Mapping[str, Any]) -> TemplateResource:
    for member in body:
        if member in UNSUPPORTED_MEMBERS:
            raise Unbuilt(f"{member} of the resource {name} is not supported yet.", name=member)
        if member not in RESOURCE_MEMBERS:
            raise malformed(f"Invalid template resource property '{member[:100]}' of {name}.")
    kind, properties = body.get("Type"), body.get("Properties") or {}
    if not isinstance(kind, str) or not kind:
        raise malformed(f"[/Resources/{name}] Every Resources object must contain a Type member.")
    if not isinstance(properties, dict):
        raise malformed(f"[/Resources/{name}/Properties] is an object.")
    return TemplateResource(
        name,
        kind,
        properties,
        _depends_on(name, body),
        _name_of_condition(name, body),
        _policy(name, body, "DeletionPolicy", DELETION),
        _policy(name, body, "UpdateReplacePolicy", REPLACEMENT),
        body.get("Metadata"),
    )


def _depends_on(name: str, body: Mapping[str, Any]) -> tuple[str, ...]:
    depends = body.get("DependsOn", [])
    names = [depends] if isinstance(depends, str) else depends
    if not isinstance(names, list) or not all(isinstance(other, str) for other in names):
        raise malformed(f"DependsOn of {name} is a name or a list of names.")
    return tuple(dict.fromkeys(names))


def _name_of_condition(name: str, body: Mapping[str, Any]) -> str:
    condition = body.get("Condition", "")
    if not isinstance(condition, str):
        raise malformed(f"Condition of {name} is the name of one.")
    return condition


def _policy(name: str, body: Mapping[str, Any], member: str, known_names: tuple[str, ...]) -> str:
    policy = body.get(member, "Delete")
    if policy == "Snapshot":
        raise Unbuilt(f"The {member} Snapshot of {name} is not supported: nothing here has snapshots.")
    if not isinstance(policy, str) or policy not in known_names:
        raise malformed(f"{member} of {name} is one of {', '.join(known_names)}.")
    return policy
