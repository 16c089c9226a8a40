"""A project's policy document: who may copy its versions, read and judged. Pure."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from vedette.errors import Wrong
from vedette.identity.principal import Principal

ACTION = "rekognition:CopyProjectVersion"
FORBIDDEN = ("NotAction", "NotResource", "NotPrincipal")

_SESSION = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([^/]+)/")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a policy says of some callers and some versions."""

    allows: bool
    principals: tuple[str, ...]
    resources: tuple[str, ...]


def read_policy(text: str) -> list[Statement]:
    """Return a document's statements, or refuse it with what is wrong."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _malformed("it is not JSON") from None
    told = document.get("Statement") if isinstance(document, dict) else None
    listed = told if isinstance(told, list) else [told]
    statements = [each for each in listed if isinstance(each, dict)]
    if not statements or len(statements) < len(listed):
        raise _malformed("it has no Statement")
    return [_statement(each) for each in statements]


def judge(statements: Iterable[Statement], principal: Principal, version: str) -> bool | None:
    """Say whether the caller may copy the version; None where the policies say nothing of that.

    What is denied anywhere is denied.
    """
    said: bool | None = None
    for statement in statements:
        if _is_meant(statement.principals, principal) and _matches(statement.resources, version):
            if not statement.allows:
                return False
            said = True
    return said


def _statement(told: dict[str, Any]) -> Statement:
    if unknown := [name for name in FORBIDDEN if name in told]:
        raise _malformed(f"{unknown[0]} is not allowed")
    effect = str(told.get("Effect", "")).casefold()
    if effect not in ("allow", "deny"):
        raise _malformed("an Effect is Allow or Deny")
    if any(action.casefold() != ACTION.casefold() for action in _texts(told, "Action")):
        raise _malformed(f"the only Action is {ACTION}")
    principals = told.get("Principal")
    if isinstance(principals, dict):
        principals = principals.get("AWS")
    return Statement(
        effect == "allow",
        tuple(_texts({"Principal": principals}, "Principal")),
        tuple(_texts(told, "Resource")),
    )


def _texts(told: dict[str, Any], name: str) -> list[str]:
    """Return a member that is one text or several."""
    value = told.get(name)
    listed = value if isinstance(value, list) else [value]
    texts = [text for text in listed if isinstance(text, str) and text]
    if not texts or len(texts) < len(listed):
        raise _malformed(f"a statement has no {name}")
    return texts


def _is_meant(principals: Sequence[str], caller: Principal) -> bool:
    """Say whether the caller is among those named: itself, its account, or the role that it has assumed."""
    known = {"*", caller.arn, caller.account, f"arn:aws:iam::{caller.account}:root"}
    if session := _SESSION.match(caller.arn):
        known.add(f"arn:aws:iam::{session[1]}:role/{session[2]}")
    return any(principal in known for principal in principals)


def _matches(resources: Sequence[str], version: str) -> bool:
    # In these documents a bracket is a bracket.
    return any(fnmatchcase(version, resource.replace("[", "[[]")) for resource in resources)


def _malformed(why: str) -> Wrong:
    return Wrong(f"The policy document cannot be used: {why}.", kind="policy document")
