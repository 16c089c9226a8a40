"""Temporary keys: everything about one is sealed in its session token, so none is stored.

A session remembers the key that it began with and every role on its way: it ends with any of them.
Who may assume a role is judged by the role's trust policy and the caller's own (`access.judge`).
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from vedette.access.parse import parse_policy
from vedette.access.policy import Policy, PolicyKind, deny_all
from vedette.clock import Clock, from_milliseconds, milliseconds
from vedette.errors import Denied, MalformedPolicy, Wrong
from vedette.identity.directory import Role, new_key
from vedette.identity.may import Context, decide
from vedette.identity.principal import Kind, Lineage, Principal, session_policies
from vedette.identity.seal import Broken, Seal
from vedette.identity.trust import trust_of

PURPOSE = "session"
# AWS lets a role that was assumed with another role's session last so long.
LONGEST_CHAINED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Session:
    """What a session token holds.

    `source_key` is the permanent key that it all began with; `roles` are the ids of the roles on the
    way, this session's own last; `policy` is the document that narrows it. `inherited` are the keys of
    the tags that a role assumed from here keeps.
    """

    key_id: str
    secret: str
    account: str
    arn: str
    user_id: str
    name: str
    kind: Kind
    expires_ms: int
    source_key: str
    role: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    issued_ms: int = 0
    roles: tuple[str, ...] = ()
    inherited: tuple[str, ...] = ()
    policy: str = ""
    source_identity: str = ""

    @property
    def expires(self) -> datetime:
        """When it ends."""
        return from_milliseconds(self.expires_ms)

    def principal(self) -> Principal:
        """Return its holder, without the policies of its user or role, which are not the session's."""
        return Principal(
            account=self.account,
            arn=self.arn,
            user_id=self.user_id,
            name=self.name,
            key_id=self.key_id,
            kind=self.kind,
            expires=self.expires,
            tags=self.tags,
            session_policies=session_policies(self.policy),
            session_document=self.policy,
            issued=from_milliseconds(self.issued_ms) if self.issued_ms else None,
            lineage=Lineage(self.source_key, self.roles, self.inherited, self.source_identity),
        )


@dataclass(frozen=True, slots=True)
class Assumption:
    """What a caller asks of a role: how its session is called and how long, and what it is to carry."""

    name: str
    length: timedelta = timedelta(hours=1)
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: tuple[str, ...] = ()
    policy: str = ""
    external_id: str = ""
    source_identity: str = ""

    def context(self, holder: Principal) -> dict[str, str | tuple[str, ...]]:
        """Return the condition keys that speak of it."""
        texts = {
            "sts:RoleSessionName": self.name,
            "sts:ExternalId": self.external_id,
            "sts:SourceIdentity": self.source_identity or holder.lineage.source_identity,
            "sts:DurationSeconds": str(int(self.length.total_seconds())),
        }
        facts: dict[str, str | tuple[str, ...]] = {key: value for key, value in texts.items() if value}
        if self.tags:
            facts["aws:TagKeys"] = tuple(self.tags)
            facts |= {f"aws:RequestTag/{key}": value for key, value in self.tags.items()}
        if self.transitive:
            facts["sts:TransitiveTagKeys"] = self.transitive
        return facts


class Sessions:
    """Gives out temporary keys and reads them again."""

    def __init__(self, seal: Seal, clock: Clock) -> None:
        self._seal = seal
        self._clock = clock

    def for_holder(self, holder: Principal, length: timedelta) -> tuple[Session, str]:
        """Return a session of the caller's own, and its token."""
        if holder.expires is not None:
            raise Denied("Cannot call GetSessionToken with session credentials")
        key = new_key(holder.account, "ASIA")
        session = Session(
            key_id=key.id,
            secret=key.secret,
            account=holder.account,
            arn=holder.arn,
            user_id=holder.user_id,
            name=holder.name,
            kind=holder.kind,
            expires_ms=self._end(length),
            source_key=holder.key_id,
            issued_ms=self._now(),
        )
        return session, self._token(session)

    def for_role(
        self, holder: Principal, role: Role, wanted: Assumption, context: Context
    ) -> tuple[Session, str]:
        """Return a session of the role, and its token, if the caller may assume it so."""
        _check(holder, role, wanted, context)
        key = new_key(role.account, "ASIA")
        lineage = holder.lineage
        passed_on = {name: holder.tags[name] for name in lineage.inherited if name in holder.tags}
        session = Session(
            key_id=key.id,
            secret=key.secret,
            account=role.account,
            arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{wanted.name}",
            user_id=f"{role.role_id}:{wanted.name}",
            name=f"{role.name}/{wanted.name}",
            kind="role",
            expires_ms=self._end(wanted.length),
            source_key=lineage.source_key or holder.key_id,
            role=role.name,
            tags={**wanted.tags, **passed_on},
            issued_ms=self._now(),
            roles=(*lineage.roles, role.role_id),
            inherited=tuple(dict.fromkeys((*lineage.inherited, *wanted.transitive))),
            policy=wanted.policy,
            source_identity=lineage.source_identity or wanted.source_identity,
        )
        return session, self._token(session)

    def open(self, token: str) -> Session:
        """Return what the token holds; Broken unless it was given out here."""
        try:
            sealed = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Broken("not a session token") from error
        try:
            content = json.loads(self._seal.open(sealed, PURPOSE))
            lists = {name: tuple(content[name]) for name in ("roles", "inherited")}
            return Session(**{**content, **lists})
        except (TypeError, KeyError) as error:
            # Older ones do not say what they began with, so nothing could end them.
            raise Broken("a session token of another version") from error

    def _token(self, session: Session) -> str:
        return base64.b64encode(self._seal.seal(json.dumps(asdict(session)).encode(), PURPOSE)).decode()

    def _end(self, length: timedelta) -> int:
        # Whole seconds, as clients are told.
        return milliseconds((self._clock() + length).replace(microsecond=0))

    def _now(self) -> int:
        return milliseconds(self._clock().replace(microsecond=0))


def _check(holder: Principal, role: Role, wanted: Assumption, context: Context) -> None:
    """Refuse what the role's trust or the caller's own policies do not allow, and what can never be."""
    trust = (_trust(role),)
    about = {**context, **{f"aws:ResourceTag/{name}": value for name, value in role.tags.items()}}
    about |= wanted.context(holder)
    for action in _actions(holder, wanted):
        decision = decide(holder, action, role.arn, about, policies=trust, stands_alone=True)
        if not decision.allowed:
            raise not_assumable(holder, role.arn, action)
    # Said only to who may assume it: the limits of a role are its account's business.
    if holder.kind == "role" and wanted.length > LONGEST_CHAINED:
        limit = "the 1 hour session limit for roles assumed by role chaining"
        raise Wrong(f"The requested DurationSeconds exceeds {limit}")
    passed_on = {name.lower() for name in holder.lineage.inherited}
    if overridden := sorted(name for name in wanted.tags if name.lower() in passed_on):
        raise Wrong(f"The tag {overridden[0]} was passed on by an earlier session and cannot be set again.")
    if wanted.policy:
        parse_policy(wanted.policy, PolicyKind.SESSION)


def _actions(holder: Principal, wanted: Assumption) -> list[str]:
    """Return what the caller must be allowed: tags and a source identity are rights of their own."""
    actions = ["sts:AssumeRole"]
    if wanted.tags or holder.lineage.inherited:
        actions.append("sts:TagSession")
    if wanted.source_identity or holder.lineage.source_identity:
        actions.append("sts:SetSourceIdentity")
    return actions


def _trust(role: Role) -> Policy:
    try:
        return parse_policy(role.trust, PolicyKind.TRUST, name=f"of {role.name}")
    except MalformedPolicy:
        return deny_all(PolicyKind.TRUST, f"of {role.name}")


def unreadable_trusts(roles: Iterable[Role]) -> list[str]:
    """Return a sentence for each role whose trust policy cannot be obeyed, so that nobody may assume it."""
    return [sentence for role in roles if (sentence := _unreadable(role))]


def _unreadable(role: Role) -> str:
    if role.trust == trust_of(()):  # it was made to trust nobody
        return ""
    try:
        parse_policy(role.trust, PolicyKind.TRUST)
    except MalformedPolicy as refusal:
        return f"The role {role.name} of account {role.account} trusts nobody. {refusal.sentence}"
    return ""


def not_assumable(holder: Principal, role_arn: str, action: str = "sts:AssumeRole") -> Denied:
    """Return the refusal for a role that is unknown or does not trust the caller: AWS tells no difference."""
    return Denied(f"User: {holder.arn} is not authorized to perform: {action} on resource: {role_arn}")
