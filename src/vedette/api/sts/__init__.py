"""The Security Token Service: who am I, and keys that expire."""

from vedette.api.operations import Handler, OperationsDoor
from vedette.api.protocols import QueryProtocol
from vedette.api.sts.faults import translate
from vedette.api.sts.operations import (
    assume_role,
    get_access_key_info,
    get_caller_identity,
    get_session_token,
)

OPERATIONS: dict[str, Handler] = {
    "AssumeRole": assume_role,
    "GetAccessKeyInfo": get_access_key_info,
    "GetCallerIdentity": get_caller_identity,
    "GetSessionToken": get_session_token,
}

DOOR = OperationsDoor(
    QueryProtocol("sts"),
    OPERATIONS,
    translate,
    title="Security Token Service",
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
