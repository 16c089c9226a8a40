"""Access control lists: who was granted what, in S3's oldest way.

A grant is {"who": canonical id or group, "permission": …}. A list that was never set is
None, which grants everything to the owner and nothing to others.
"""

from typing import Any

import orjson

from vedette.access.principals import PrincipalMatch
from vedette.api.s3.call import Call, canonical_id, owner
from vedette.api.s3.faults import S3Fault

Grants = list[dict[str, str]]

ALL = "http://acs.amazonaws.com/groups/global/AllUsers"
KNOWN = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOGS = "http://acs.amazonaws.com/groups/s3/LogDelivery"
GROUPS = (ALL, KNOWN, LOGS)
PERMISSIONS = ("FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP")
CANNED: dict[str, list[tuple[str, str]]] = {
    "private": [],
    "public-read": [(ALL, "READ")],
    "public-read-write": [(ALL, "READ"), (ALL, "WRITE")],
    "authenticated-read": [(KNOWN, "READ")],
    "aws-exec-read": [],
    "log-delivery-write": [(LOGS, "WRITE"), (LOGS, "READ_ACP")],
    "bucket-owner-read": [("bucket-owner", "READ")],
    "bucket-owner-full-control": [("bucket-owner", "FULL_CONTROL")],
}
HEADERS = {
    "x-amz-grant-read": "READ",
    "x-amz-grant-write": "WRITE",
    "x-amz-grant-read-acp": "READ_ACP",
    "x-amz-grant-write-acp": "WRITE_ACP",
    "x-amz-grant-full-control": "FULL_CONTROL",
}


def own_grants(account: str) -> Grants:
    """Return the grants that an owner has by default."""
    return [{"who": canonical_id(account), "permission": "FULL_CONTROL"}]


def grants_of_headers(call: Call, account: str, *, bucket_account: str) -> Grants | None:
    """Return the grants that the headers of a request ask for, or None where they say nothing."""
    canned = call.header("x-amz-acl")
    names = [name for name in HEADERS if name in call.request.headers]
    if canned and names:
        raise S3Fault("InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed")
    if names:
        return [grant for name in names for grant in _read_header(call, name)]
    return canned_grants(canned, account, bucket_account=bucket_account) if canned else None


def canned_grants(canned: str, account: str, *, bucket_account: str) -> Grants:
    """Return the grants of a canned ACL."""
    if canned not in CANNED:
        raise S3Fault("InvalidArgument", f"{canned} is no canned ACL.", members={"ArgumentName": "x-amz-acl"})
    grants: Grants = []
    for grantee, permission in CANNED[canned]:
        if grantee != "bucket-owner":
            grants.append({"who": grantee, "permission": permission})
        elif bucket_account != account:
            grants.append({"who": canonical_id(bucket_account), "permission": permission})
    return grants + own_grants(account)


def grants_others(call: Call, bucket_account: str) -> bool:
    """Say whether the headers would grant something to others than the writer and the bucket's owner."""
    if call.header("x-amz-acl") not in ("", "private", "bucket-owner-read", "bucket-owner-full-control"):
        return True
    own = {canonical_id(bucket_account), canonical_id(call.account)}
    granted = [call.header(name) for name in HEADERS if name in call.request.headers]
    parts = [part for header in granted for part in header.split(",")]
    return any(part.partition("=")[2].strip().strip('"') not in own for part in parts)


def grants_of_document(call: Call, document: dict[str, Any], account: str) -> Grants:
    """Return the grants of an AccessControlPolicy; its owner must be the owner."""
    owner_id = document.get("Owner", {}).get("ID", "")
    if owner_id and owner_id != canonical_id(account):
        raise S3Fault("AccessDenied", "Access Denied")
    if "Grants" not in document:
        raise S3Fault("MalformedACLError", "The ACL has no list of grants.")
    grants: Grants = []
    for grant in document["Grants"]:
        permission = grant.get("Permission", "")
        if permission not in PERMISSIONS:
            raise S3Fault("MalformedXML", "A grant of the ACL has no such permission.")
        grants.append({"who": _read_grantee(call, grant.get("Grantee", {})), "permission": permission})
    return grants


def grants_document(grants: Grants | None, account: str, names: dict[str, str]) -> dict[str, Any]:
    """Return the AccessControlPolicy for these grants: groups first, as canned grants have them."""
    ordered = sorted(own_grants(account) if grants is None else grants, key=_is_of_account)
    entries = [
        {"Grantee": _write_grantee(grant["who"], names), "Permission": grant["permission"]}
        for grant in ordered
    ]
    return {"Owner": owner(account), "Grants": entries}


def _is_of_account(grant: dict[str, str]) -> bool:
    return grant["who"] not in GROUPS


def match_of(grants: Grants, account: str, permission: str) -> PrincipalMatch:
    """Return how strongly the grants allow this to a caller, whose account is known by its canonical id.

    A group means the caller itself, as `*` does in a policy; an account passes the decision on to its own.
    """
    able = {grant["who"] for grant in grants if grant["permission"] in ("FULL_CONTROL", permission)}
    if ALL in able or (account and KNOWN in able):
        return PrincipalMatch.DIRECT
    return PrincipalMatch.ACCOUNT if account in able else PrincipalMatch.NONE


def is_public(grants: Grants | None) -> bool:
    """Say whether strangers were granted anything."""
    return any(grant["who"] in (ALL, KNOWN) for grant in grants or [])


def _read_header(call: Call, name: str) -> Grants:
    """Return the grants of `id="…", uri="…"`."""
    grants: Grants = []
    for part in call.header(name).split(","):
        kind, _, value = part.strip().partition("=")
        field = {"id": "ID", "uri": "URI", "emailaddress": "EmailAddress"}.get(kind.strip().lower())
        if field is None:
            raise S3Fault("InvalidArgument", "Argument format not recognized", members={"ArgumentName": name})
        grantee = {field: value.strip().strip('"')}
        grants.append({"who": _read_grantee(call, grantee), "permission": HEADERS[name]})
    return grants


def _read_grantee(call: Call, grantee: dict[str, str]) -> str:
    if "EmailAddress" in grantee:
        # S3 itself stopped taking these in October 2025.
        raise S3Fault(
            "MethodNotAllowed", "Grants by e-mail address are not supported; name the canonical id."
        )
    if grantee.get("URI"):
        if grantee["URI"] not in GROUPS:
            raise S3Fault("InvalidArgument", "Invalid group uri", members={"ArgumentName": "uri"})
        return grantee["URI"]
    if grantee.get("ID", "") not in account_names(call):
        raise S3Fault("InvalidArgument", "Invalid id", members={"ArgumentName": "CanonicalUser/ID"})
    return grantee["ID"]


def _write_grantee(grantee: str, names: dict[str, str]) -> dict[str, str]:
    if grantee in GROUPS:
        return {"Type": "Group", "URI": grantee}
    return {"Type": "CanonicalUser", "ID": grantee, "DisplayName": names.get(grantee, grantee)}


def account_names(call: Call) -> dict[str, str]:
    """Return every account's name by its canonical id."""
    return {canonical_id(account.id): account.id for account in call.house.identity.directory.accounts()}


def dump(grants: Grants) -> bytes:
    """Return grants as the document that a bucket keeps."""
    return orjson.dumps(grants)


def load(document: bytes) -> Grants:
    """Return the grants of such a document."""
    grants: Grants = orjson.loads(document)
    return grants
