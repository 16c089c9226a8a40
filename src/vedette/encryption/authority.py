"""Who may do what with a key: its policy decides, the caller's where it says so, then grants.

A key's policy stands alone (`access.judge`): without it not even the account's root may use the key. A grant
adds to that, and an explicit Deny, or a session policy that excludes the request, is stronger than any grant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vedette.access.judge import Decision
from vedette.encryption.aliases import KeyAliases
from vedette.encryption.grants import KeyGrants
from vedette.encryption.policies import stored_policy, via_service
from vedette.encryption.values import EncryptionContext, EncryptionKey, KeyGrant
from vedette.errors import Denied
from vedette.identity.may import Circumstances, Context, decide, refusal
from vedette.identity.principal import Principal

# Operations that a grant can allow, of those that there are here.
GRANTABLE = (
    "CreateGrant",
    "Decrypt",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
)
# Those of them whose encryption context a grant can bound.
BOUNDED = frozenset(GRANTABLE) - {"CreateGrant", "DescribeKey", "RetireGrant"}


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What somebody wants to do with a key. `via` is the service that asks on the caller's behalf."""

    action: str
    key: EncryptionKey
    context: EncryptionContext = field(default_factory=dict)
    facts: Circumstances = field(default_factory=dict)
    via: str = ""

    @property
    def name(self) -> str:
        """The action as policies spell it."""
        return f"kms:{self.action}"


class KeyAuthority:
    """Decides about keys. Threads may share it."""

    def __init__(self, grants: KeyGrants, aliases: KeyAliases) -> None:
        self._grants = grants
        self._aliases = aliases

    def require(self, principal: Principal, use: KeyUse) -> KeyGrant | None:
        """Refuse unless the principal may; return the grant that allowed it, or None where policies did."""
        decision = self._decide(principal, use)
        if decision.allowed:
            return None
        grant = (
            None if decision.explicit_deny or decision.narrowed else self._granted(principal, use, decision)
        )
        if grant is None:
            raise refusal(principal, use.name, use.key.arn)
        return grant

    def may(self, principal: Principal, use: KeyUse) -> bool:
        """Return whether the principal may."""
        try:
            self.require(principal, use)
        except Denied:
            return False
        return True

    def _decide(self, principal: Principal, use: KeyUse) -> Decision:
        key = use.key
        return decide(
            principal,
            use.name,
            key.arn,
            lambda: self._facts(principal, use),
            policies=(stored_policy(key.stored_policy, key.id),),
            stands_alone=True,
            tags_of=lambda: key.tags,
        )

    def _facts(self, principal: Principal, use: KeyUse) -> Context:
        """Gather what conditions may ask; only where a policy has one."""
        key = use.key
        facts: dict[str, str | tuple[str, ...]] = {
            **(use.facts() if callable(use.facts) else use.facts),
            "kms:CallerAccount": principal.account,
            "kms:KeySpec": "SYMMETRIC_DEFAULT",
            "kms:KeyUsage": "ENCRYPT_DECRYPT",
            "kms:KeyOrigin": "AWS_KMS",
            "kms:MultiRegion": "false",
            "kms:ResourceAliases": self._aliases.names_of(key),
        }
        if key.asked_as:
            facts["kms:RequestAlias"] = key.asked_as
        if use.action in BOUNDED:
            facts["kms:EncryptionAlgorithm"] = "SYMMETRIC_DEFAULT"
        if use.context:
            facts["kms:EncryptionContextKeys"] = tuple(use.context)
            facts |= {f"kms:EncryptionContext:{name}": value for name, value in use.context.items()}
        if use.via:
            facts |= {
                "kms:ViaService": via_service(use.via, key.region),
                "aws:ViaAWSService": "true",
                "aws:CalledVia": (f"{use.via}.amazonaws.com",),
                "aws:CalledViaFirst": f"{use.via}.amazonaws.com",
                "aws:CalledViaLast": f"{use.via}.amazonaws.com",
            }
        return facts

    def _granted(self, principal: Principal, use: KeyUse, decision: Decision) -> KeyGrant | None:
        if use.action not in GRANTABLE:
            return None
        for grant in self._grants.of_principals(use.key, names_of(principal)):
            fits = use.action not in BOUNDED or grant.fits(use.context)
            # An account that is granted something delegates: its own policies decide whom it lets.
            is_meant = means(grant.grantee, grant.grantee_id, principal) or (
                decision.identity_allows and is_account(grant.grantee)
            )
            if use.action in grant.operations and fits and is_meant:
                return grant
        return None


def names_of(principal: Principal) -> Sequence[str]:
    """Return all that a grant may call a principal by."""
    account = f"arn:aws:iam::{principal.account}:root"
    return [name for name in (principal.arn, principal.role_arn, account, principal.account) if name]


def means(arn: str, pinned: str, principal: Principal) -> bool:
    """Return whether an ARN, pinned to the id that it had, means this very principal."""
    if arn not in (principal.arn, principal.role_arn) or not arn:
        return False
    return pinned in ("", principal.user_id.partition(":")[0])


def is_account(arn: str) -> bool:
    """Return whether an ARN stands for an account."""
    return arn.endswith(":root") or arn.isdigit()


def is_within(
    new: Mapping[str, EncryptionContext | None], operations: Sequence[str], grant: KeyGrant
) -> bool:
    """Return whether a grant that is to be made gives no more than the one that allows making it."""
    if not set(operations) <= set(grant.operations):
        return False
    equals, subset = new.get("equals"), new.get("subset")
    if grant.equals is not None:
        return equals is not None and dict(equals) == dict(grant.equals)
    if grant.subset is None:
        return True
    bound = dict(equals if equals is not None else subset or {})
    return dict(grant.subset).items() <= bound.items()
