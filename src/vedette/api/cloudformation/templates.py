"""Templates: given back, checked, and summed up."""

from typing import Any

from vedette.api.cloudformation.asking import capabilities_of, permitted, template_of, text_asked
from vedette.api.house import Caller, House
from vedette.dialects.cloudformation.parameters import is_hidden, text_of
from vedette.dialects.cloudformation.reading import read_text
from vedette.dialects.cloudformation.template import StackTemplate
from vedette.errors import Unbuilt, Wrong
from vedette.stacks.change_sets import ChangeSets


def get_template(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a stack's template as it was given: what a client parses is its text."""
    name, change_set = request.get("StackName"), request.get("ChangeSetName")
    if not name:
        raise Wrong("StackName is required.")
    stack = permitted(house, caller, "GetTemplate", name)
    text = stack.secrets.source.template
    if change_set:
        text = ChangeSets(house.stacks).find(stack, change_set).source.template
    return {"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]}


def validate_template(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Check a template without making anything."""
    caller.require("ValidateTemplate", "*")
    template = template_of(_text(house, caller, request))
    parameters = [
        {
            "ParameterKey": name,
            "NoEcho": is_hidden(declared),
            **({"DefaultValue": text_of(declared["Default"])} if "Default" in declared else {}),
            **({"Description": str(declared["Description"])} if "Description" in declared else {}),
        }
        for name, declared in template.parameters.items()
    ]
    return {"Parameters": parameters, **_described(template), **_capabilities(template)}


def get_template_summary(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Sum a template up, or that of a stack."""
    name = request.get("StackName")
    if name:
        stack = permitted(house, caller, "GetTemplateSummary", name)
        text = stack.secrets.source.template
    else:
        caller.require("GetTemplateSummary", "*")
        text = _text(house, caller, request)
    template = template_of(text)
    parameters = [_declared(name, declared) for name, declared in template.parameters.items()]
    types = sorted({entry.type for entry in template.resources.values()})
    version = read_text(text).get("AWSTemplateFormatVersion")
    return {
        "Parameters": parameters,
        "ResourceTypes": types,
        "ResourceIdentifierSummaries": [],
        **({"Version": version} if version else {}),
        **_described(template),
        **_capabilities(template),
    }


def estimate_template_cost(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Refuse an estimate."""
    caller.require("EstimateTemplateCost", "*")
    raise Unbuilt("Nothing here costs anything by the hour, so there is nothing to estimate.")


def _text(house: House, caller: Caller, request: dict[str, Any]) -> str:
    text = text_asked(house, caller, request)
    if not text:
        raise Wrong("Either Template URL or Template Body must be specified.")
    return text


def _described(template: StackTemplate) -> dict[str, Any]:
    return {"Description": template.description} if template.description else {}


def _capabilities(template: StackTemplate) -> dict[str, Any]:
    needed, kinds = capabilities_of(template)
    if not needed:
        return {}
    reason = f"The following resource(s) require capabilities: [{', '.join(kinds)}]"
    return {"Capabilities": [needed], "CapabilitiesReason": reason}


def _declared(name: str, declared: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "ParameterKey": name,
        "ParameterType": declared["Type"],
        "NoEcho": is_hidden(declared),
    }
    if "Default" in declared:
        row["DefaultValue"] = text_of(declared["Default"])
    if "Description" in declared:
        row["Description"] = str(declared["Description"])
    if "AllowedValues" in declared:
        row["ParameterConstraints"] = {
            "AllowedValues": [text_of(entry) for entry in declared["AllowedValues"]]
        }
    return row
