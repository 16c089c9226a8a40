"""A role's trust policy, written from the accounts that a command names.

Only writes documents and lists the accounts in them; never decides who may assume a role.
"""

import json
import re
from collections.abc import Iterable

from vedette.errors import Wrong

ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_ROOT = re.compile(r"arn:[a-z\d-]+:iam::(\d{12}):root", re.ASCII)


def trust_of(accounts: Iterable[str]) -> str:
    """Return the trust policy that lets callers of these accounts assume the role."""
    numbers = list(dict.fromkeys(accounts))
    for account in numbers:
        if not ACCOUNT.fullmatch(account):
            raise Wrong(f"An account is named by twelve digits, not {account!r}.")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in numbers]},
        "Action": "sts:AssumeRole",
    }
    document = {"Version": "2012-10-17", "Statement": [statement] if numbers else []}
    return json.dumps(document, separators=(",", ":"))


def trusted_accounts(document: str) -> tuple[str, ...]:
    """Return the accounts of a trust policy that `trust_of` wrote; none where it contains more."""
    try:
        statements = json.loads(document)["Statement"]
        names = [name for statement in statements for name in statement["Principal"]["AWS"]]
        accounts = tuple(match[1] for name in names if (match := _ROOT.fullmatch(name)))
    except (ValueError, KeyError, TypeError):
        return ()
    return accounts if json.loads(trust_of(accounts)) == json.loads(document) else ()
