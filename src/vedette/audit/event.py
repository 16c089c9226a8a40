"""One event of the trail, and what of a request and an answer it holds."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import orjson

# The values of these names are left out, whatever they hold; others that hold bytes are told by their length.
SECRETS = frozenset(
    {
        "password", "oldpassword", "newpassword", "secretaccesskey", "secretkey", "sessiontoken", "plaintext",
        "ciphertextblob", "ciphertextforrecipient", "webidentitytoken", "samlassertion", "tokencode", "token",
        "authenticationcode1", "authenticationcode2", "privatekeyplaintext", "ssecustomerkey",
        "copysourcessecustomerkey", "secret", "code", "encodedmessage", "parametervalue", "templatebody",
        # Of operations that are not built yet, whose requests may be written down all the same.
        "addprivatekey", "privatekey", "base32stringseed", "servicepassword", "servicecredentialsecret",
        "keystorepassword", "rawsecretaccesskey", "sharedsecret",
    }
)  # fmt: skip
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
# What one event may hold: CloudTrail's own parameters are cut at 100 KB, and a trail of detections is long.
MOST_TEXT, MOST_ITEMS, DEEPEST, MOST_BYTES = 2048, 50, 8, 24 * 1024
ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[^\s\"]{1,1024}")
MOST_RESOURCES = 10


@dataclass(frozen=True, slots=True)
class AuditCaller:
    """Who asked: `kind` is root, user or role; `key` the access key's id."""

    kind: str
    arn: str
    account: str
    id: str = ""
    name: str = ""
    key: str = ""
    role: str = ""
    # From when the session is; 0 for a permanent key.
    issued_ms: int = 0


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One operation that was asked for. `time_ms` is when it was answered."""

    id: str
    time_ms: int
    service: str
    operation: str
    region: str
    caller: AuditCaller
    request_id: str = ""
    client: str = ""
    agent: str = ""
    secure: bool = False
    reads: bool = False
    parameters: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None
    status: int = 200
    code: str = ""
    sentence: str = ""
    resources: tuple[str, ...] = field(default=())

    def dump(self) -> dict[str, Any]:
        """Return what a line holds of it: nothing that says nothing."""
        document = {name: value for name, value in asdict(self).items() if value or name == "status"}
        document["caller"] = {name: value for name, value in document["caller"].items() if value}
        return document

    @classmethod
    def load(cls, document: Mapping[str, Any]) -> "AuditEvent":
        """Return the event of a line; names that a later release added are passed over."""
        names = {f.name for f in fields(cls)}
        facts: dict[str, Any] = dict.fromkeys(("id", "service", "operation", "region"), "")
        facts |= {name: value for name, value in document.items() if name in names}
        callers = {f.name for f in fields(AuditCaller)}
        caller: dict[str, Any] = {"kind": "", "arn": "", "account": ""} | dict(facts["caller"])
        facts["caller"] = AuditCaller(**{name: value for name, value in caller.items() if name in callers})
        facts["resources"] = tuple(facts.get("resources", ()))
        return cls(**facts)


def shown(members: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return what the trail holds of a request or an answer: no bytes, no secrets, and not too much."""
    if not members:
        return None
    document = _shown(members, "", 0)
    size = len(orjson.dumps(document, default=str))
    return document if size <= MOST_BYTES else {"leftOut": f"{size} bytes"}


def resources_of(*documents: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return the ARNs that requests and answers name, a few of them."""
    arns: dict[str, None] = {}
    for document in documents:
        for value in (document or {}).values():
            if isinstance(value, str) and ARN.fullmatch(value):
                arns.setdefault(value)
    return tuple(arns)[:MOST_RESOURCES]


def _shown(value: Any, name: str, depth: int) -> Any:
    is_secret = name.replace("_", "").replace("-", "").lower() in SECRETS
    # The environment of a function is a mapping, and secret as a whole.
    if (is_secret and not isinstance(value, Mapping | list)) or name == "Variables":
        return HIDDEN
    if isinstance(value, Mapping):
        if depth >= DEEPEST:
            return {"leftOut": f"{len(value)} members"}
        return {
            clean(str(key)): _shown(member, str(key), depth + 1)
            for key, member in list(value.items())[:MOST_ITEMS]
        }
    if isinstance(value, list | tuple):
        if depth >= DEEPEST:
            return [f"… {len(value)} items"]
        items = [_shown(item, name, depth + 1) for item in value[:MOST_ITEMS]]
        return items if len(value) <= MOST_ITEMS else [*items, f"… {len(value) - MOST_ITEMS} more"]
    return _shown_alone(value)


def clean(text: str) -> str:
    """Return the text without halves of characters, which JSON can say and no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _shown_alone(value: Any) -> Any:
    if isinstance(value, str):
        cut = value if len(value) <= MOST_TEXT else f"{value[:MOST_TEXT]}… ({len(value)} characters)"
        return clean(cut)
    if isinstance(value, bool | float) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 53 else str(value)  # as JSON's readers can hold it
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": len(value)}
    return value.isoformat() if hasattr(value, "isoformat") else {"leftOut": type(value).__name__}
