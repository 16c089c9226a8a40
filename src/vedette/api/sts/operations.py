"""The operations of STS that our clients use."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.operations import operation
from vedette.arn import parse_arn
from vedette.errors import Wrong
from vedette.identity.builtin import AWS, NAMES, builtin_path, is_builtin
from vedette.identity.sessions import RoleRequest, TemporaryCredentials

DEFAULT_SESSION_S = 43_200
DEFAULT_ROLE_S = 3_600
# AWS gives a root's session one hour at most.
MOST_ROOT_S = 3_600
MOST_POLICY = 2048
# AWS's quota, and how it names the policies that it brings along.
MOST_POLICY_ARNS, BUILTIN = 10, "arn:aws:iam::aws:policy"


@operation(is_quick=True)
def get_caller_identity(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say who is calling; whoever has a key may ask."""
    del house, request
    holder = caller.principal
    return {"UserId": holder.user_id, "Account": holder.account, "Arn": holder.arn}


def get_session_token(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give the caller a key of its own that expires."""
    seconds = request.get("DurationSeconds", DEFAULT_SESSION_S)
    if caller.principal.kind == "root":
        seconds = min(seconds, MOST_ROOT_S)
    session, token = house.identity.sessions.for_holder(caller.principal, timedelta(seconds=seconds))
    return {"Credentials": _credentials(session, token)}


def assume_role(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give a caller whom the role trusts a key of the role."""
    role_request = RoleRequest(
        name=request["RoleSessionName"],
        length=timedelta(seconds=request.get("DurationSeconds", DEFAULT_ROLE_S)),
        tags=_tags(request.get("Tags", ())),
        transitive=tuple(request.get("TransitiveTagKeys", ())),
        policy=request.get("Policy", ""),
        policy_names=_policy_names(request),
        external_id=request.get("ExternalId", ""),
        source_identity=request.get("SourceIdentity", ""),
    )
    session, token = house.identity.assume(caller.principal, request["RoleArn"], role_request, caller.context)
    assumed_role = {"AssumedRoleId": session.user_id, "Arn": session.arn}
    answer: dict[str, Any] = {"Credentials": _credentials(session, token), "AssumedRoleUser": assumed_role}
    if session.policy:
        # How much of the 2,048 characters the policy takes, in percent.
        answer["PackedPolicySize"] = max(1, 100 * len(session.policy) // MOST_POLICY)
    if session.source_identity:
        answer["SourceIdentity"] = session.source_identity
    return answer


def _policy_names(request: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of managed policies: of the role's account, or built-in ones."""
    arns = [description.get("arn", "") for description in request.get("PolicyArns", ())]
    if len(arns) > MOST_POLICY_ARNS:
        raise Wrong(f"A session takes {MOST_POLICY_ARNS} managed policies at most.")
    return tuple(dict.fromkeys(_policy_name(text, request["RoleArn"]) for text in arns))


def _policy_name(text: str, role_arn: str) -> str:
    account, (prefix, _, name) = parse_arn(role_arn).account, text.rpartition("/")
    if is_builtin(f"{AWS}{name}") and f"{prefix}/" == f"{BUILTIN}{builtin_path(f'{AWS}{name}')}":
        return f"{AWS}{name}"
    # The role's account has policies with paths too; a name is there once, whatever its path.
    if f"{prefix}/".startswith(f"arn:aws:iam::{account}:policy/") or (prefix == BUILTIN and name in NAMES):
        return name
    raise Wrong(
        f"{text} is neither a policy of the account {account} nor a built-in one ({BUILTIN}/{NAMES[0]} …).",
        kind="policy",
        name=text,
    )


def _tags(listed: Sequence[dict[str, str]]) -> dict[str, str]:
    tags = {tag["Key"]: tag["Value"] for tag in listed}
    if len({name.lower() for name in tags}) < len(listed):
        # Conditions know the keys of tags in any case, so two that differ only in it are one.
        raise Wrong("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    return tags


def get_access_key_info(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return the account of a key; temporary keys are not stored, so theirs is unknown."""
    caller.require("GetAccessKeyInfo", "*")
    key = house.identity.directory.key(request["AccessKeyId"])
    if key is None:
        raise Wrong("The access key is not known here.", kind="key", name=request["AccessKeyId"])
    return {"Account": key.account}


def _credentials(session: TemporaryCredentials, token: str) -> dict[str, Any]:
    return {
        "AccessKeyId": session.key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": token,
        "Expiration": session.expires,
    }
