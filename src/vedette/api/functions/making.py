"""CreateFunction and its kin. What a request asks for and is not here is refused: nothing is passed over."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from vedette.api.functions.actor import SERVICE, find_role
from vedette.api.functions.looking import described
from vedette.api.functions.naming import arn_of, named, permitted
from vedette.api.house import Caller, House
from vedette.dialects.aws_lambda import RESERVED
from vedette.errors import Denied, Missing, TooMuch, Wrong
from vedette.functions.bundle import MOST_ZIPPED
from vedette.functions.store import Function, FunctionSettings
from vedette.identity.may import require

RUNTIME = re.compile(r"python3\.\d{1,2}")
MOST_VARIABLES = 4096
# What may be said because it is so anyway.
HARMLESS: dict[str, tuple[Any, ...]] = {
    "PackageType": ("Zip",),
    "Publish": (False,),
    "DryRun": (False,),
    "TracingConfig": ({"Mode": "PassThrough"},),
    "EphemeralStorage": ({"Size": 512},),
    "SnapStart": ({"ApplyOn": "None"},),
    "Architectures": (["x86_64"], ["arm64"]),
    "VpcConfig": ({}, {"SubnetIds": [], "SecurityGroupIds": []}),
    "Layers": ([],),
    "Tags": ({},),
    "KMSKeyArn": ("",),
}
SETTINGS = {
    "Handler": "handler",
    "Role": "role",
    "Runtime": "runtime",
    "Timeout": "timeout_s",
    "MemorySize": "memory_mb",
    "Description": "description",
}
INSTEAD = {
    "Layers": "boto3 is there without a layer; put other packages into the zip",
    "Publish": "functions here have one version",
}


def create_function(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a function of a zip, which is looked through first."""
    house.functions.require_on()
    place, name = named(caller, request)
    caller.require("CreateFunction", arn_of(place, name))
    if (place.account, place.region) != (caller.account, caller.region):
        raise Wrong("A function is made in the account and the region that are asked.", name=name)
    _refuse_others(request, {"FunctionName", "Code", "Environment", "DeadLetterConfig", *SETTINGS})
    for member in ("Handler", "Runtime", "Role"):
        if not request.get(member):
            raise Wrong(f"{member} is needed: a function is made of a zip.", name=name)
    _require_pass(caller, str(request["Role"]))
    code = _code(house, caller, request["Code"])
    settings = FunctionSettings(**_changes(house, caller, request))
    letters = _letters(house, Function(0, place, name, "", 0, "", settings), request)
    settings = replace(settings, dead_letters=letters.get("dead_letters", ""))
    return described(house.functions.create(place, name, settings, code))


def update_code(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give a function other code."""
    function = permitted(house, caller, "UpdateFunctionCode", request)
    members = {"ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion"}
    _refuse_others(request, {"FunctionName", "RevisionId", *members})
    code = _code(house, caller, {name: request[name] for name in members if name in request})
    revision = str(request.get("RevisionId", ""))
    return described(house.functions.change(function.place, function.name, {}, revision=revision, code=code))


def update_configuration(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change a function's settings."""
    function = permitted(house, caller, "UpdateFunctionConfiguration", request)
    _refuse_others(request, {"FunctionName", "RevisionId", "Environment", "DeadLetterConfig", *SETTINGS})
    changes = _changes(house, caller, request)
    changed = replace(function, settings=replace(function.settings, **changes))
    changes |= _letters(house, changed, request)
    revision = str(request.get("RevisionId", ""))
    return described(house.functions.change(function.place, function.name, changes, revision=revision))


def delete_function(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a function, with its log and the events that wait for it."""
    function = permitted(house, caller, "DeleteFunction", request)
    house.functions.delete(function.place, function.name)
    return {"StatusCode": 204}


def _refuse_others(request: Mapping[str, Any], members: set[str]) -> None:
    for name in sorted(request.keys() - members):
        if request[name] not in HARMLESS.get(name, ()):
            reason = INSTEAD.get(name, "leave it out")
            raise Wrong(f"{name} {request[name]!r:.200} of functions is not supported here: {reason}.")


def _changes(house: House, caller: Caller, request: Mapping[str, Any]) -> dict[str, Any]:
    changes = {SETTINGS[name]: request[name] for name in SETTINGS if name in request}
    runtime = str(changes.get("runtime", "python3"))
    if runtime != "python3" and RUNTIME.fullmatch(runtime) is None:
        raise Wrong(f"The runtime {runtime} is not supported here: functions are Python's.")
    if "role" in changes:
        _require_pass(caller, str(changes["role"]))
        changes["role"] = _found_role(house, caller, str(changes["role"]))
    if "Environment" in request:
        changes["variables"] = _variables(request["Environment"].get("Variables", {}))
    return changes


def _letters(house: House, function: Function, request: Mapping[str, Any]) -> dict[str, str]:
    """Return the topic of a function's dead letters, as far as a request says it."""
    if "DeadLetterConfig" not in request:
        return {}
    target = str(request["DeadLetterConfig"].get("TargetArn", ""))
    problem = house.functions.results.refusal(function, target, kind="letter") if target else ""
    if problem:
        raise Wrong(f"The target of DeadLetterConfig cannot be told: {problem}.", name=target)
    return {"dead_letters": target}


def _require_pass(caller: Caller, role: str) -> None:
    require(caller.principal, "iam:PassRole", role, {**caller.context, "iam:PassedToService": SERVICE})


def _found_role(house: House, caller: Caller, role: str) -> str:
    try:
        return find_role(house.identity, caller.account, role).arn
    except Denied as refusal:
        raise Wrong(refusal.sentence, name=role) from None


def _variables(variables: Mapping[str, str]) -> dict[str, str]:
    if reserved := sorted(RESERVED & variables.keys()):
        names = ", ".join(reserved)
        raise Wrong(
            "Lambda was unable to configure your environment variables because the environment variables you"
            " have provided contains reserved keys that are currently not supported for modification."
            f" Reserved keys used in this request: {names}"
        )
    if any("\0" in value for value in variables.values()):
        raise Wrong("A variable of the environment holds a zero character, which none can.")
    size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
    if size > MOST_VARIABLES:
        raise Wrong(f"The environment variables have {size} bytes; they may have {MOST_VARIABLES}.")
    return dict(variables)


def _code(house: House, caller: Caller, source: Mapping[str, Any]) -> bytes:
    """Return the zip that a request brings, or that lies in a bucket."""
    others = source.keys() - {"ZipFile", "S3Bucket", "S3Key", "S3ObjectVersion"}
    if others:
        raise Wrong(f"{', '.join(sorted(others))} of functions is not supported here: they are made of zips.")
    if ("ZipFile" in source) == ("S3Bucket" in source):
        raise Wrong("Please provide a source for function code: either ZipFile, or S3Bucket and S3Key.")
    if "ZipFile" in source:
        return bytes(source["ZipFile"])
    bucket, key = str(source["S3Bucket"]), str(source.get("S3Key", ""))
    version = str(source.get("S3ObjectVersion", ""))
    if not key or not house.access.may_read(caller.principal, bucket, key, version):
        raise Denied(f"Your access has been denied by S3: s3://{bucket}/{key} cannot be read.")
    try:
        with house.blobs.open(bucket, key, version) as opened:
            code = opened.read(MOST_ZIPPED + 1)
    except Missing as refusal:
        raise Wrong(f"Error occurred while GetObject. {refusal.sentence}", name=key) from None
    if len(code) > MOST_ZIPPED:
        raise TooMuch(f"s3://{bucket}/{key} is longer than {MOST_ZIPPED:,} bytes, a function's most.")
    return code
