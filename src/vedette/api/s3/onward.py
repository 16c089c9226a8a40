"""Whether a request may go on to a foreign S3: by the caller's own policies, since no bucket's is known here.

Whose a bucket is over there nobody here can know: the installation's own account owns them all, and
what its policies say of each operation is judged before anything is sent.
"""

from collections.abc import Iterator
from typing import Any

from vedette.access.actions import KNOWN
from vedette.api.s3.access import rights_of_headers
from vedette.api.s3.actions import action_of
from vedette.api.s3.call import Call, read_document
from vedette.api.s3.copies import read_source
from vedette.api.s3.facts import Facts, facts_of_request, facts_of_tags
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.routes import choose
from vedette.api.s3.tags import tags_of_header
from vedette.errors import Unbuilt
from vedette.identity.may import RESOURCE_ACCOUNT, may

# An action, what it is done to, and what conditions may ask about it alone.
Right = tuple[str, str, Facts]
BATCH = "DeleteObjects"


def authorise_onward(call: Call) -> str:
    """Refuse unless the caller may do all that the request asks for; return the operation's name, if any."""
    if call.principal is None or call.account != call.house.settings.account:
        raise S3Fault("AccessDenied", "Access Denied")
    try:
        copies_from = "x-amz-copy-source" in call.request.headers
        operation = choose(
            call.request.method, call.bucket, call.key, call.query, copies_from=copies_from
        ).name
    except (S3Fault, Unbuilt):
        # What it would do over there is not known here: only who may do everything may do it.
        _require(call, ((f"s3:{action}", _resource(call.bucket, call.key), {}) for action in KNOWN["s3"]))
        return ""
    if operation != BATCH:
        _require(call, _rights(call, operation))
    return operation


def authorise_batch(call: Call, document: bytes) -> None:
    """Refuse unless the caller may remove all that a batch names, object by object."""
    items: list[dict[str, Any]] = read_document(BATCH, document).get("Objects", [])
    _require(call, (_removal(call, item.get("Key", ""), item.get("VersionId", "")) for item in items))


def _removal(call: Call, key: str, version: str) -> Right:
    facts: Facts = {"s3:versionid": version} if version else {}
    return action_of(BATCH, versioned=bool(version)), _resource(call.bucket, key), facts


def _rights(call: Call, operation: str) -> Iterator[Right]:
    action = action_of(operation, versioned=bool(call.version))
    resource = _resource(call.bucket, call.key) if call.bucket else "*"
    tags = tags_of_header(call.header("x-amz-tagging")) if action == "s3:PutObject" else {}
    yield action, resource, facts_of_tags(tags)
    if action == "s3:PutObject":
        for more in rights_of_headers(call, call.account, tags):
            yield more, resource, facts_of_tags(tags)
    if "x-amz-copy-source" in call.request.headers and call.key:
        bucket, key, version = read_source(call)
        facts: Facts = {"s3:versionid": version} if version else {}
        yield action_of("GetObject", versioned=bool(version)), _resource(bucket, key), facts


def _require(call: Call, rights: Iterator[Right]) -> None:
    facts = {**facts_of_request(call), RESOURCE_ACCOUNT: call.account, "s3:resourceaccount": call.account}
    for action, resource, more in rights:
        if not may(call.principal, action, resource, {**facts, **more}):
            raise S3Fault("AccessDenied", "Access Denied")


def _resource(bucket: str, key: str) -> str:
    return f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
