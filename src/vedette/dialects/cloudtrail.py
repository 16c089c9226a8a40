"""An event of the audit trail in the shape of a CloudTrail record, which auditors' programs read.

Names of members begin small, as there; what the trail left out is left out here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vedette.audit.event import AuditEvent

VERSION = "1.11"
TYPES = {
    "root": "Root",
    "user": "IAMUser",
    "role": "AssumedRole",
    "anonymous": "Unknown",
    "service": "AWSService",
}
# Operations on contents; all others are of the management of things.
DATA = frozenset(
    {
        "AbortMultipartUpload", "CompleteMultipartUpload", "CopyObject", "CreateMultipartUpload",
        "DeleteObject", "DeleteObjects", "DetectAnomalies", "DetectCustomLabels", "GetObject", "PutObject",
        "PutObjectAcl", "PutObjectTagging", "UploadPart",
    }
)  # fmt: skip
# Services whose address says something else than their name.
SOURCES = {"signin": "signin.amazonaws.com"}
SIGN_INS = {"SignIn": "ConsoleLogin", "SignOut": "ConsoleLogout", "EndSession": "ConsoleEndSession"}


def source_of(event: AuditEvent) -> str:
    """Return the address of the service that was asked."""
    return SOURCES.get(event.service, f"{event.service}.amazonaws.com")


def name_of(event: AuditEvent) -> str:
    """Return the operation's name as records have it."""
    return SIGN_INS.get(event.operation, event.operation) if event.service == "signin" else event.operation


def user_of(event: AuditEvent) -> str:
    """Return the user's name, or the session's."""
    return event.caller.arn.rpartition("/")[2] if event.caller.kind == "role" else event.caller.name


def time_of(event: AuditEvent) -> datetime:
    """Return when the operation was answered."""
    return datetime.fromtimestamp(event.time_ms / 1000, UTC)


def record_of(event: AuditEvent) -> dict[str, Any]:
    """Return the record."""
    record: dict[str, Any] = {
        "eventVersion": VERSION,
        "userIdentity": _identity(event),
        "eventTime": f"{time_of(event):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": source_of(event),
        "eventName": name_of(event),
        "awsRegion": event.region,
        "sourceIPAddress": event.client,
        "userAgent": event.agent,
        "requestParameters": _small(event.parameters),
        "responseElements": None if event.reads else _small(event.answer),
        "requestID": event.request_id,
        "eventID": event.id,
        "readOnly": event.reads,
        "eventType": "AwsConsoleSignIn" if event.service == "signin" else "AwsApiCall",
        "managementEvent": event.operation not in DATA,
        "recipientAccountId": event.caller.account,
        "eventCategory": "Data" if event.operation in DATA else "Management",
    }
    if name_of(event) == "ConsoleLogin":
        # What alarms on sign-ins look at; AWS tells of a second factor here, and not in the answer.
        record["responseElements"] = {"ConsoleLogin": "Success" if event.status < 400 else "Failure"}
        used = (event.answer or {}).get("MFAUsed", "No")
        record["additionalEventData"] = {"MobileVersion": "No", "MFAUsed": used}
    if event.resources:
        record["resources"] = [{"ARN": arn, "accountId": event.caller.account} for arn in event.resources]
    if event.code:
        record |= {"errorCode": event.code, "errorMessage": event.sentence}
    elif event.status >= 400:
        record |= {"errorCode": str(event.status), "errorMessage": event.sentence}
    return record


def _identity(event: AuditEvent) -> dict[str, Any]:
    caller = event.caller
    identity = {
        "type": TYPES.get(caller.kind, "Unknown"),
        "principalId": caller.id,
        "arn": caller.arn,
        "accountId": caller.account,
        "accessKeyId": caller.key,
        "userName": caller.name if caller.kind == "user" else "",
    }
    facts: dict[str, Any] = {name: value for name, value in identity.items() if value}
    if caller.kind == "role":
        issuer = {"type": "Role", "arn": caller.role, "userName": caller.role.rpartition("/")[2]}
        began = datetime.fromtimestamp(caller.issued_ms / 1000, UTC)
        facts["sessionContext"] = {
            "sessionIssuer": issuer | {"accountId": caller.account},
            "attributes": {"creationDate": f"{began:%Y-%m-%dT%H:%M:%SZ}", "mfaAuthenticated": "false"},
        }
    return facts


def _small(value: Any) -> Any:
    """Return the value with names that begin small."""
    if isinstance(value, Mapping):
        return {name[:1].lower() + name[1:]: _small(member) for name, member in value.items()}
    return [_small(item) for item in value] if isinstance(value, list) else value
