"""GetFunction and ListFunctions: a function as AWS Lambda describes it."""

import base64
from collections.abc import Mapping
from typing import Any

from vedette.api.functions.naming import LATEST, arn_of, permitted
from vedette.api.house import Caller, House
from vedette.api.paging import PageMembers, read_page
from vedette.clock import from_milliseconds
from vedette.dialects.aws_lambda import log_group
from vedette.functions.store import Function, FunctionPlace

MARKERS = PageMembers(size="MaxItems", token="Marker", next_token="NextMarker")  # noqa: S106  (members' names)
USUAL = 50


def described(function: Function) -> dict[str, Any]:
    """Return a function's configuration."""
    settings = function.settings
    environment = {"Environment": {"Variables": dict(settings.variables)}} if settings.variables else {}
    letters = {"DeadLetterConfig": {"TargetArn": settings.dead_letters}} if settings.dead_letters else {}
    return {
        "FunctionName": function.name,
        "FunctionArn": str(arn_of(function.place, function.name)),
        "Runtime": settings.runtime,
        "Role": settings.role,
        "Handler": settings.handler,
        "CodeSize": settings.code_size,
        "CodeSha256": base64.b64encode(bytes.fromhex(settings.code_sha)).decode(),
        "Description": settings.description,
        "Timeout": settings.timeout_s,
        "MemorySize": settings.memory_mb,
        # As AWS Lambda writes it: this member alone is a text.
        "LastModified": f"{from_milliseconds(function.changed_ms):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000",
        "Version": LATEST,
        "RevisionId": function.revision,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": 512},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": log_group(function.name)},
        **environment,
        **letters,
    }


def get_function(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Describe a function. There is no address to fetch its code from."""
    function = permitted(house, caller, "GetFunction", request)
    return {"Configuration": described(function), "Code": {"RepositoryType": "S3"}}


def get_configuration(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Describe a function's configuration."""
    return described(permitted(house, caller, "GetFunctionConfiguration", request))


def list_functions(house: House, caller: Caller, request: Mapping[str, Any]) -> dict[str, Any]:
    """List the functions of the account in the region."""
    caller.require("ListFunctions", "*")
    page = read_page(
        house, request, "ListFunctions", caller.account, caller.region, size=USUAL, members=MARKERS
    )
    most = min(page.size, USUAL)
    place = FunctionPlace(caller.account, caller.region)
    functions, has_more = house.functions.list(place, after=page.after(0), most=most)
    answer = {"Functions": [described(function) for function in functions]}
    return page.answer(answer, functions[-1].id if has_more else None)
