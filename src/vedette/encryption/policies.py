"""Policies of keys: what a new key has, and what a stored text means. Nothing else lets anybody use a key."""

import json
import logging
from functools import lru_cache

from vedette.access.parse import parse_policy
from vedette.access.pins import hold_to_ids, unpin
from vedette.access.policy import Policy, PolicyKind, deny_all
from vedette.encryption.values import KeyPlace
from vedette.errors import MalformedPolicy

log = logging.getLogger(__name__)

PARSED = 1024
# What a service does with its own key on behalf of those who ask it.
OF_SERVICE = (
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:CreateGrant",
    "kms:DescribeKey",
)
OF_ROOT = ("kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant")


def usual_policy(account: str) -> str:
    """Return the policy of a key that was made without one: the account's own policies decide."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]}, indent=2)


def service_policy(place: KeyPlace, service: str) -> str:
    """Return the policy of a service's own key: whoever may ask the service may have it used."""
    condition = {
        "StringEquals": {
            "kms:CallerAccount": place.account,
            "kms:ViaService": via_service(service, place.region),
        }
    }
    used = {
        "Sid": f"Allow access through {service} for all principals in the account",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": OF_SERVICE,
        "Resource": "*",
        "Condition": condition,
    }
    described = {
        "Sid": "Allow direct access to key metadata to the account",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{place.account}:root"},
        "Action": OF_ROOT,
        "Resource": "*",
    }
    document = {"Version": "2012-10-17", "Id": f"auto-{service}-1", "Statement": [used, described]}
    return json.dumps(document, indent=2)


def via_service(service: str, region: str) -> str:
    """Return a service as conditions name it."""
    return f"{service}.{region}.amazonaws.com"


def read_policy(document: str) -> Policy:
    """Return the policy of a document that is to be put, or refuse it."""
    return parse_policy(document, PolicyKind.KEY)


@lru_cache(PARSED)
def stored_policy(text: str, name: str) -> Policy:
    """Return a stored policy; one that this release cannot read denies everything."""
    document, ids = unpin(text)
    try:
        return hold_to_ids(parse_policy(document, PolicyKind.KEY, name=name), ids)
    except MalformedPolicy as refusal:
        log.warning("The policy of the key %s denies everything. %s", name, refusal.sentence)
        return deny_all(PolicyKind.KEY, name)
