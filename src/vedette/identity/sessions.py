"""Temporary credentials: all facts of a session are sealed in its token, so none is stored.

A session names the key that it began with and every role of its chain, and ends with any of them.
Who may assume a role, its trust policy and the caller's own policies decide (`access.judge`).
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from vedette.access.parse import parse_policy
from vedette.access.pins import hold_to_ids
from vedette.access.policy import Policy, PolicyKind, deny_all
from vedette.clock import Clock, from_milliseconds, milliseconds
from vedette.errors import Denied, MalformedPolicy, Wrong
from vedette.identity.may import Context, decide
from vedette.identity.principal import Lineage, Principal, PrincipalKind, session_policies
from vedette.identity.records import Role, new_key
from vedette.identity.seal import BadSeal, Seal
from vedette.identity.trust import trust_of

PURPOSE = "session"
# The source of a session that a service has for itself, of a role that trusts it: no key began it.
OF_A_SERVICE = "service"
# AWS's limit for a role that was assumed with another role's session.
LONGEST_CHAINED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TemporaryCredentials:
    """The content of a session token.

    `source_key` is the permanent key that the chain began with; `roles` are the ids of the roles in the
    chain, this session's own last; `policy` is the session policy's document, `policy_names`
    are those that it names. `inherited` are the keys of
    the tags that a role assumed from here keeps (AWS calls them transitive).
    """

    key_id: str
    secret: str
    account: str
    arn: str
    user_id: str
    name: str
    kind: PrincipalKind
    expires_ms: int
    source_key: str
    role: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    issued_ms: int = 0
    roles: tuple[str, ...] = ()
    inherited: tuple[str, ...] = ()
    policy: str = ""
    source_identity: str = ""
    policy_names: tuple[str, ...] = ()

    @property
    def expires(self) -> datetime:
        """When it expires."""
        return from_milliseconds(self.expires_ms)

    def principal(self) -> Principal:
        """Return its holder, without the policies of its user or role, which are looked up."""
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
            session_names=self.policy_names,
            issued=from_milliseconds(self.issued_ms) if self.issued_ms else None,
            lineage=Lineage(self.source_key, self.roles, self.inherited, self.source_identity),
        )


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """A caller's request to assume a role: the session's name and length, its tags and its policy."""

    name: str
    length: timedelta = timedelta(hours=1)
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: tuple[str, ...] = ()
    policy: str = ""
    policy_names: tuple[str, ...] = ()
    external_id: str = ""
    source_identity: str = ""

    def context(self, holder: Principal) -> dict[str, str | tuple[str, ...]]:
        """Return the condition keys of the request."""
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
    """Issues temporary credentials and opens their tokens."""

    def __init__(self, seal: Seal, clock: Clock) -> None:
        self._seal = seal
        self._clock = clock

    def for_holder(self, holder: Principal, length: timedelta) -> tuple[TemporaryCredentials, str]:
        """Return credentials of the caller itself, and their token."""
        if holder.expires is not None:
            raise Denied("Cannot call GetSessionToken with session credentials")
        key = new_key(holder.account, "ASIA")
        session = TemporaryCredentials(
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
        self, holder: Principal, role: Role, request: RoleRequest, context: Context
    ) -> tuple[TemporaryCredentials, str]:
        """Return credentials of the role, and their token, if the caller may assume it."""
        _check(holder, role, request, context)
        key = new_key(role.account, "ASIA")
        lineage = holder.lineage
        passed_on = {name: holder.tags[name] for name in lineage.inherited if name in holder.tags}
        session = TemporaryCredentials(
            key_id=key.id,
            secret=key.secret,
            account=role.account,
            arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{request.name}",
            user_id=f"{role.role_id}:{request.name}",
            name=f"{role.name}/{request.name}",
            kind="role",
            expires_ms=self._end(request.length),
            source_key=lineage.source_key or holder.key_id,
            role=role.name,
            tags={**request.tags, **passed_on},
            issued_ms=self._now(),
            roles=(*lineage.roles, role.role_id),
            inherited=tuple(dict.fromkeys((*lineage.inherited, *request.transitive))),
            policy=request.policy,
            policy_names=request.policy_names,
            source_identity=lineage.source_identity or request.source_identity,
        )
        return session, self._token(session)

    def for_service(self, role: Role, name: str, length: timedelta) -> tuple[TemporaryCredentials, str]:
        """Return a service's credentials of a role, and their token; its caller judges whether it may."""
        key = new_key(role.account, "ASIA")
        session = TemporaryCredentials(
            key_id=key.id,
            secret=key.secret,
            account=role.account,
            arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{name}",
            user_id=f"{role.role_id}:{name}",
            name=f"{role.name}/{name}",
            kind="role",
            expires_ms=self._end(length),
            source_key=OF_A_SERVICE,
            role=role.name,
            issued_ms=self._now(),
            roles=(role.role_id,),
        )
        return session, self._token(session)

    def open(self, token: str) -> TemporaryCredentials:
        """Return the content of a token; BadSeal unless this installation issued it."""
        try:
            sealed = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadSeal("not a session token") from error
        try:
            content = json.loads(self._seal.open(sealed, PURPOSE))
            lists = {name: tuple(content[name]) for name in ("roles", "inherited")}
            lists["policy_names"] = tuple(content.get("policy_names", ()))
            return TemporaryCredentials(**{**content, **lists})
        except (TypeError, KeyError) as error:
            # Older tokens do not name their source, so nothing could end them.
            raise BadSeal("a session token of another version") from error

    def _token(self, session: TemporaryCredentials) -> str:
        return base64.b64encode(self._seal.seal(json.dumps(asdict(session)).encode(), PURPOSE)).decode()

    def _end(self, length: timedelta) -> int:
        # Whole seconds, as in responses.
        return milliseconds((self._clock() + length).replace(microsecond=0))

    def _now(self) -> int:
        return milliseconds(self._clock().replace(microsecond=0))


def _check(holder: Principal, role: Role, request: RoleRequest, context: Context) -> None:
    """Refuse what the role's trust policy or the caller's own do not allow, and impossible requests."""
    trust = (_trust(role),)
    about = {**context, **{f"aws:ResourceTag/{name}": value for name, value in role.tags.items()}}
    about |= request.context(holder)
    for action in _actions(holder, request):
        decision = decide(holder, action, role.arn, about, policies=trust, stands_alone=True)
        if not decision.allowed:
            raise not_assumable(holder, role.arn, action)
    # After the decision: only callers that may assume a role learn about its limits.
    if request.length > timedelta(seconds=role.longest_s):
        raise Wrong("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    if holder.kind == "role" and request.length > LONGEST_CHAINED:
        limit = "the 1 hour session limit for roles assumed by role chaining"
        raise Wrong(f"The requested DurationSeconds exceeds {limit}")
    passed_on = {name.lower() for name in holder.lineage.inherited}
    if overridden := sorted(name for name in request.tags if name.lower() in passed_on):
        raise Wrong(f"The tag {overridden[0]} was passed on by an earlier session and cannot be set again.")
    if request.policy:
        parse_policy(request.policy, PolicyKind.SESSION)


def _actions(holder: Principal, request: RoleRequest) -> list[str]:
    """Return the actions that the caller needs: tags and a source identity need their own."""
    actions = ["sts:AssumeRole"]
    if request.tags or holder.lineage.inherited:
        actions.append("sts:TagSession")
    if request.source_identity or holder.lineage.source_identity:
        actions.append("sts:SetSourceIdentity")
    return actions


def _trust(role: Role) -> Policy:
    try:
        policy = parse_policy(role.trust, PolicyKind.TRUST, name=f"of {role.name}")
        return hold_to_ids(policy, role.trusted_ids)
    except MalformedPolicy:
        return deny_all(PolicyKind.TRUST, f"of {role.name}")


def unreadable_trusts(roles: Iterable[Role]) -> list[str]:
    """Return a sentence for each role that nobody may assume since its trust policy cannot be parsed."""
    return [sentence for role in roles if (sentence := _unreadable(role))]


def _unreadable(role: Role) -> str:
    if role.trust == trust_of(()):  # it was created to trust nobody
        return ""
    try:
        parse_policy(role.trust, PolicyKind.TRUST)
    except MalformedPolicy as refusal:
        return f"The role {role.name} of account {role.account} trusts nobody. {refusal.sentence}"
    return ""


def not_assumable(holder: Principal, role_arn: str, action: str = "sts:AssumeRole") -> Denied:
    """Return the refusal of a role that is unknown or does not trust the caller: AWS does not distinguish."""
    return Denied(f"User: {holder.arn} is not authorized to perform: {action} on resource: {role_arn}")
