"""What is asked of the judge: who wants to do what to which thing, and what is known of the request."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from vedette.access.patterns import Context


class SubjectKind(StrEnum):
    """What sort of caller; a service and a federation are never people."""

    ROOT = "root"
    USER = "user"
    ROLE_SESSION = "role-session"
    ANONYMOUS = "anonymous"
    SERVICE = "service"
    FEDERATED = "federated"


# What `aws:PrincipalType` says of each; of a service nothing.
PRINCIPAL_TYPES = {
    SubjectKind.ROOT: "Account",
    SubjectKind.USER: "User",
    SubjectKind.ROLE_SESSION: "AssumedRole",
    SubjectKind.ANONYMOUS: "Anonymous",
    SubjectKind.FEDERATED: "FederatedUser",
}


@dataclass(frozen=True, slots=True)
class AccessSubject:
    """Who asks. `arn` is a session's own where it is one, `role_arn` then its role's.

    `name` is a user's name, a service's (`rekognition.amazonaws.com`) or a federation's;
    `canonical_id` is what S3 calls the account; `issued` is when temporary credentials were given out.
    """

    kind: SubjectKind
    account: str = ""
    arn: str = ""
    user_id: str = ""
    name: str = ""
    role_arn: str = ""
    canonical_id: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    issued: datetime | None = None
    source_identity: str = ""

    def context(self) -> dict[str, str | tuple[str, ...]]:
        """Return the condition keys that speak of the caller; what it does not have is missing."""
        if self.kind is SubjectKind.SERVICE:
            return {"aws:principalisawsservice": "true", "aws:principalservicename": self.name}
        facts: dict[str, str | tuple[str, ...]] = {
            "aws:principaltype": PRINCIPAL_TYPES[self.kind],
            "aws:principalisawsservice": "false",
        }
        if self.kind is SubjectKind.ANONYMOUS:
            return facts | {"aws:userid": "anonymous"}
        # Of a role's session the role is the principal, as IAM says of this key.
        facts["aws:principalarn"] = self.role_arn or self.arn
        facts["aws:principalaccount"] = self.account
        facts["aws:userid"] = self.user_id
        if self.kind is SubjectKind.USER:
            facts["aws:username"] = self.name
        if self.issued is not None:
            facts["aws:tokenissuetime"] = self.issued.isoformat()
            # Temporary credentials say it, permanent ones do not have the key; nobody has a second factor.
            facts["aws:multifactorauthpresent"] = "false"
        if self.source_identity:
            facts["aws:sourceidentity"] = self.source_identity
        for name, value in self.tags.items():
            facts[f"aws:principaltag/{name.lower()}"] = value
        return facts


NOBODY = AccessSubject(SubjectKind.ANONYMOUS)


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """One question. `resource_account` is who owns the thing; empty: the caller's own account.

    `context` holds condition keys in lower case, the caller's own included (see `AccessSubject.context`).
    """

    subject: AccessSubject
    action: str
    resource: str
    resource_account: str = ""
    context: Context = field(default_factory=dict)


class DeferredFacts(Mapping[str, str | tuple[str, ...]]):
    """Condition keys that are gathered when somebody first asks: most requests meet no condition at all.

    Gathering them for every request took a tenth of a small GET (docs/experiments.md, 2026-11-28).
    """

    def __init__(self, gather: Callable[[], Context]) -> None:
        self._gather = gather
        self._facts: Context | None = None

    def __getitem__(self, key: str) -> str | tuple[str, ...]:
        return self._known()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())

    def _known(self) -> Context:
        if self._facts is None:
            self._facts = self._gather()
        return self._facts


def environment(
    now: datetime, *, client: str = "", secure: bool = False, user_agent: str = "", referer: str = ""
) -> dict[str, str | tuple[str, ...]]:
    """Return the condition keys that any request over a network can answer."""
    facts: dict[str, str | tuple[str, ...]] = {
        "aws:currenttime": now.isoformat(),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:securetransport": "true" if secure else "false",
        "aws:viaawsservice": "false",
    }
    sent = {"aws:sourceip": client, "aws:useragent": user_agent, "aws:referer": referer}
    return facts | {key: value for key, value in sent.items() if value}
