"""What the operations have in common: the stack that a request names, its template, parameters and tags."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from vedette.api.cloudformation.maker import find_role
from vedette.api.cloudformation.types import TYPES
from vedette.api.cloudformation.types.base import VIA
from vedette.api.house import Caller, House
from vedette.dialects.cloudformation.graph import check_mentions
from vedette.dialects.cloudformation.parameters import check_declarations, give_parameters
from vedette.dialects.cloudformation.reading import LARGEST_BODY, LARGEST_OBJECT, refuse_illegal
from vedette.dialects.cloudformation.rules import check_rule_forms
from vedette.dialects.cloudformation.template import StackTemplate, read_template
from vedette.errors import Denied, Missing, Unbuilt, Wrong
from vedette.identity.may import require
from vedette.stacks.stacks import StackOptions
from vedette.stacks.values import Stack, StackPlace, StackSource

STACK_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
# What comes out of `aws cloudformation package`, and what the console writes.
BUCKET_HOST = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]+)\.s3[.-].*|(?P<host>.*)")
CAPABLE, NAMED = "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"
# `IncludeNestedStacks` is no such thing: a template with a nested stack is refused by that type's name, and
# CDK asks to include them always.
UNSUPPORTED = {
    "ResourceTypes": "Limits of resource types",
    "RollbackConfiguration": "Rollback triggers",
    "NotificationARNs": "Notifications of stack events",
    "ResourcesToImport": "Imports of resources",
    "ImportExistingResources": "Imports of resources",
    "TimeoutInMinutes": "Timeouts of stacks",
}


def place_of(caller: Caller) -> StackPlace:
    """Return the account and the region of the request."""
    return StackPlace(caller.account, caller.region)


def refuse_unsupported(request: Mapping[str, Any]) -> None:
    """Refuse what would be ignored otherwise."""
    for name, purpose in UNSUPPORTED.items():
        if request.get(name):
            raise Unbuilt(f"{purpose} ({name}) are not supported yet.", name=name)


def permit(
    house: House, caller: Caller, action: str, name: str, *, tags: Mapping[str, str] | None = None
) -> Stack | None:
    """Return the stack that a request names, if the caller may do this to it; None where it is not there.

    The right is asked for the ARN that the stack has, or would have.
    """
    stack = house.stacks.look_for(place_of(caller), name)
    if stack is not None:
        arn = stack.arn
    else:
        arn = name if name.startswith("arn:") else str(caller.own(f"stack/{name}/*"))
    caller.require(action, arn, tags=tags)
    return stack


def permitted(house: House, caller: Caller, action: str, name: str) -> Stack:
    """Return the stack that a request names, if the caller may do this to it and it is there."""
    stack = permit(house, caller, action, name)
    if stack is None:
        raise Missing(f"Stack [{name}] does not exist", kind="stack", name=name)
    return stack


def require_name(name: str) -> str:
    """Return the name of a new stack."""
    if not STACK_NAME.fullmatch(name):
        raise Wrong(
            f"1 validation error detected: Value '{name[:255]}' at 'stackName' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    return name


def tags_asked(request: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of a request."""
    tags = {tag["Key"]: tag["Value"] for tag in request.get("Tags", ())}
    if len(tags) < len(request.get("Tags", ())):
        raise Wrong("Tags: each key is given once.")
    for key, value in tags.items():
        refuse_illegal(key + value)
        if key.lower().startswith("aws:"):
            raise Wrong("aws: prefixed tag key names are not allowed for external use.")
    return tags


def text_asked(house: House, caller: Caller, request: Mapping[str, Any]) -> str:
    """Return the template's text that a request carries, or that lies in a bucket; nothing without either."""
    body, address = request.get("TemplateBody"), request.get("TemplateURL")
    if body and address:
        raise Wrong("Specify exactly one of TemplateBody or TemplateURL")
    if address:
        return text_in_bucket(house, caller, address)
    if body and len(body.encode()) > LARGEST_BODY:
        raise Wrong(
            f"1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must "
            f"have length less than or equal to {LARGEST_BODY}"
        )
    return body or ""


def text_in_bucket(
    house: House, caller: Caller, address: str, *, subject: str = "template", most: int = LARGEST_OBJECT
) -> str:
    """Return a text that lies in a bucket of this installation, where the caller may read it."""
    bucket, key = _place_of(address, subject)
    denial = Wrong(f"S3 error: Access Denied. The {subject} {bucket}/{key} cannot be read.")
    if not house.access.may_read(caller.principal, bucket, key):
        raise denial
    try:
        with house.blobs.open(bucket, key) as opened:
            data = opened.read(most + 1)
    except (Missing, Denied):
        raise denial from None
    if len(data) > most:
        raise Wrong(f"{subject.capitalize()} may not exceed {most} bytes in size.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Wrong(f"{subject.capitalize()} format error: the {subject} is not UTF-8.") from None


def _place_of(address: str, subject: str) -> tuple[str, str]:
    """Return the bucket and the key of a text's address: only our own buckets are ever read."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    path = unquote(parts.path).lstrip("/")
    if parts.scheme == "s3":
        return host, path
    match = BUCKET_HOST.fullmatch(host)
    if match is not None and match["bucket"]:
        return match["bucket"], path
    bucket, _, key = path.partition("/")
    if parts.scheme not in ("http", "https") or not bucket or not key:
        raise Wrong(
            f"The URL of the {subject} must be a supported one: that of an object in a bucket of this "
            "installation."
        )
    return bucket, key


def template_of(text: str) -> StackTemplate:
    """Return the template of a text, if all its types are supported and all its names are there."""
    template = read_template(text)
    unknown = sorted({entry.type for entry in template.resources.values()} - set(TYPES))
    if unknown:
        raise Wrong(
            f"Template format error: Unrecognized resource types: [{', '.join(unknown)[:1000]}]"
            f" (supported are {', '.join(sorted(TYPES))})",
            kind="template",
        )
    for name, resource in template.resources.items():
        kind = TYPES[resource.type]
        if extra := sorted(set(resource.properties) - kind.properties):
            raise Wrong(
                f"Properties validation failed for resource {name} with message: "
                f"[#: extraneous key [{extra[0][:100]}] is not permitted or not supported yet]"
            )
        if lacking := sorted(kind.required - set(resource.properties)):
            raise Wrong(
                f"Properties validation failed for resource {name} with message: "
                f"[#: required key [{lacking[0]}] not found]"
            )
    check_declarations(template)
    check_rule_forms(template)
    check_mentions(template, {name: kind.attributes for name, kind in TYPES.items()})
    return template


def source_asked(
    house: House, caller: Caller, request: Mapping[str, Any], before: StackSource | None
) -> StackSource:
    """Return what a request wants a stack to be made from; what it does not say is as it was before."""
    text = text_asked(house, caller, request)
    if request.get("UsePreviousTemplate"):
        if text or before is None:
            raise Wrong("UsePreviousTemplate goes without a template, and with a stack that has one.")
        text = before.template
    if not text:
        raise Wrong("Either Template URL or Template Body must be specified.")
    template = template_of(text)
    inputs: dict[str, str | None] = {}
    for parameter in request.get("Parameters", ()):
        name = parameter.get("ParameterKey", "")
        if name in inputs:
            raise Wrong(f"Parameters: [{name}] is given twice.")
        if parameter.get("UsePreviousValue") and "ParameterValue" not in parameter:
            inputs[name] = None
        elif "ParameterValue" in parameter:
            inputs[name] = parameter["ParameterValue"]
        else:
            raise Wrong(f"Invalid input for parameter key {name}. It has no value.")
    values = give_parameters(template, inputs, {} if before is None else before.parameters)
    capabilities = list(request.get("Capabilities", ()))
    require_capabilities(template, capabilities)
    tags = tags_asked(request) if "Tags" in request or before is None else dict(before.tags)
    return StackSource(text, dict(values.values), tags, capabilities)


def capabilities_of(template: StackTemplate) -> tuple[str, list[str]]:
    """Return which capability a template needs, and for which types; nothing where it hands out no rights."""
    resources = [entry for entry in template.resources.values() if TYPES[entry.type].is_identity]
    mentioned = [entry for entry in resources if TYPES[entry.type].name_property in entry.properties]
    kinds = sorted({entry.type for entry in mentioned or resources})
    return (NAMED if mentioned else CAPABLE if resources else ""), kinds


def require_capabilities(template: StackTemplate, inputs: list[str]) -> None:
    """Refuse a template that hands out rights, unless the request says that it may."""
    needed, _ = capabilities_of(template)
    if needed and NAMED not in inputs and not (needed == CAPABLE and CAPABLE in inputs):
        raise Wrong(f"Requires capabilities : [{needed}]", kind="capabilities")


def role_asked(house: House, caller: Caller, request: Mapping[str, Any]) -> str:
    """Return the role that a stack's operations act as, if the caller may pass it and it trusts us."""
    role = str(request.get("RoleARN", ""))
    if not role:
        return ""
    context = {**caller.context, "iam:PassedToService": VIA}
    require(caller.principal, "iam:PassRole", role, context)
    try:
        result = find_role(house.identity, caller.account, role)
    except Denied as refusal:
        raise Wrong(refusal.sentence, name=role) from None
    return result.arn


def options_asked(house: House, caller: Caller, request: Mapping[str, Any]) -> StackOptions:
    """Return how the operation goes."""
    if request.get("OnFailure") and request.get("DisableRollback") is not None:
        raise Wrong("Either DisableRollback or OnFailure can be specified, not both.")
    return StackOptions(
        role=role_asked(house, caller, request),
        rolls_back=not request.get("DisableRollback", False),
        on_failure=request.get("OnFailure", "ROLLBACK"),
        token=request.get("ClientRequestToken", ""),
        is_protected=request.get("EnableTerminationProtection", False),
    )


def listed_tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as answers list them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
