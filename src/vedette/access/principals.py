"""The Principal element: who is named, and how strongly a match counts.

An account as principal only delegates: its own policies decide which of its users may. A named user,
role or session gets the right itself. Services and federations are not users.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from vedette.access.request import AccessSubject, SubjectKind

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_ACCOUNT_ARN = re.compile(r"arn:aws:iam::(\d{12}):root", re.ASCII)
_IDENTITY_ARN = re.compile(
    r"arn:aws:(?:iam::\d{12}:(?:user|role)/[\w+=,.@/-]+"
    r"|sts::\d{12}:(?:assumed-role/[\w+=,.@-]+/[\w+=,.@-]+|federated-user/[\w+=,.@-]+))",
    re.ASCII,
)
_CANONICAL = re.compile(r"[0-9a-f]{64}", re.ASCII)
EVERYBODY = "*"
# Accounts, users and roles do not match these; `*` matches a federation, never a service.
NO_PEOPLE = frozenset({SubjectKind.ANONYMOUS, SubjectKind.SERVICE, SubjectKind.FEDERATED})


class PrincipalMatch(IntEnum):
    """How a principal matches a caller, the weakest first."""

    NONE = 0
    ACCOUNT = 1
    """Its account is named, which delegates the decision to the account."""
    DIRECT = 2
    """It is named itself, by its role, or as everybody."""
    SESSION = 3
    """The very session is named, which a session policy does not restrict."""


@dataclass(frozen=True, slots=True)
class Principals:
    """Who one Principal or NotPrincipal element names."""

    everybody: bool = False
    accounts: frozenset[str] = frozenset()
    arns: frozenset[str] = frozenset()
    canonical_ids: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    federations: frozenset[str] = frozenset()
    # What the ARNs stood for when the policy was put (`pins.py`); an ARN without an id means whoever has it.
    ids: Mapping[str, str] = field(default_factory=dict, hash=False)

    def match(self, subject: AccessSubject) -> PrincipalMatch:
        """Return how this element matches the caller."""
        if subject.kind in NO_PEOPLE:
            return PrincipalMatch.DIRECT if self._mean_no_person(subject) else PrincipalMatch.NONE
        if self.arns and subject.role_arn and self._names(subject.arn, subject):
            return PrincipalMatch.SESSION
        if self.everybody or self._names(subject.arn, subject) or self._names(subject.role_arn, subject):
            return PrincipalMatch.DIRECT
        if subject.account in self.accounts or subject.canonical_id in self.canonical_ids:
            return PrincipalMatch.ACCOUNT
        return PrincipalMatch.NONE

    def _names(self, arn: str, subject: AccessSubject) -> bool:
        if arn not in self.arns:
            return False
        holder = subject.user_id.partition(":")[0]  # A session's id is its role's, a colon and its own name.
        return self.ids.get(arn, holder) == holder

    def _mean_no_person(self, subject: AccessSubject) -> bool:
        if subject.kind is SubjectKind.SERVICE:
            return _has(self.services, subject.name)
        is_federation = subject.kind is SubjectKind.FEDERATED and _has(self.federations, subject.name)
        return self.everybody or is_federation

    def exempts(self, subject: AccessSubject) -> bool:
        """Return whether a NotPrincipal excludes the caller: an account there excludes its root only."""
        match = self.match(subject)
        return match > PrincipalMatch.ACCOUNT or (
            match is PrincipalMatch.ACCOUNT and subject.kind is SubjectKind.ROOT
        )


def read_principals(element: object) -> Principals:
    """Parse an element; ValueError with the problem."""
    if element == EVERYBODY:
        return Principals(everybody=True)
    if not isinstance(element, dict) or not element:
        raise ValueError('a principal is "*" or {"AWS": …}, {"Service": …}, …')
    if unknown := [kind for kind in element if kind not in _READERS]:
        raise ValueError(f"{unknown[0]} is not a kind of principal")
    fields: dict[str, Any] = {}
    everybody = False
    for kind, value in element.items():
        names = _names(kind, value)
        if kind == "AWS":
            everybody = EVERYBODY in names
            fields |= _read_aws(name for name in names if name != EVERYBODY)
        else:
            fields[_READERS[kind]] = _read_others(kind, names)
    return Principals(everybody=everybody, **fields)


_READERS = {"AWS": "", "CanonicalUser": "canonical_ids", "Service": "services", "Federated": "federations"}


def _names(kind: str, value: object) -> list[str]:
    names = value if isinstance(value, list) else [value]
    texts = [name for name in names if isinstance(name, str) and name]
    if not texts or len(texts) < len(names):
        raise ValueError(f"{kind} names nobody")
    return texts


def _read_aws(names: Iterable[str]) -> dict[str, frozenset[str]]:
    accounts: set[str] = set()
    arns: set[str] = set()
    for name in names:
        if root := _ACCOUNT_ARN.fullmatch(name):
            accounts.add(root[1])
        elif _ACCOUNT.fullmatch(name):
            accounts.add(name)
        elif _IDENTITY_ARN.fullmatch(name):
            arns.add(name)
        else:
            raise ValueError(
                f"{name!r} is not an account, nor the ARN of a user, a role or a session; none has wildcards"
            )
    return {"accounts": frozenset(accounts), "arns": frozenset(arns)}


def _read_others(kind: str, names: list[str]) -> frozenset[str]:
    if kind == "CanonicalUser" and not all(_CANONICAL.fullmatch(name) for name in names):
        raise ValueError("a CanonicalUser is 64 hexadecimal digits")
    return frozenset(names)


def _has(names: frozenset[str], name: str) -> bool:
    return name in names or EVERYBODY in names
