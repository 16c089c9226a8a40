"""Makes a stack's resources by the operations of their services; the room of stacks asks it."""

from collections.abc import Mapping
from typing import Any

from vedette.api.cloudformation.types import TYPES
from vedette.api.cloudformation.types.base import (
    MALFORMED,
    VIA,
    Properties,
    TypeCalls,
    invented_name,
    malformed_sentence,
)
from vedette.api.inner import InnerCalls, InnerFault
from vedette.api.service_roles import find_service_role
from vedette.identity.identity import Identity
from vedette.identity.principal import Principal, load_principal
from vedette.identity.records import Role
from vedette.stacks.port import MadeThing, MakingFailed, ResourceWish, StackActor
from vedette.stacks.values import StackPlace

SESSION = "AWSCloudFormation"


class TypeMaker:
    """Keeps the promise of `stacks.port.ResourceMaker`."""

    def __init__(self, inner: InnerCalls) -> None:
        self._inner = inner
        self._identity = inner.house.identity

    def act_as(self, place: StackPlace, caller: Mapping[str, Any], role: str) -> Principal:
        """Return whom an operation acts as, with its rights of now."""
        if role:
            return self._identity.current(session_of(find_role(self._identity, place.account, role)))
        principal = load_principal({"account": place.account, "caller": dict(caller)})
        return self._identity.current(principal)

    def make(self, actor: StackActor, wish: ResourceWish) -> MadeThing:
        """Make a resource."""
        try:
            return TYPES[wish.type].make(TypeCalls(self._inner, actor), wish)
        except InnerFault as fault:
            raise MakingFailed(fault.sentence) from None
        except MALFORMED as error:
            raise MakingFailed(malformed_sentence(error)) from None

    def foresee(
        self, actor: StackActor, wish: ResourceWish, physical: str, before: Properties
    ) -> Mapping[str, Any]:
        """Return a resource's attributes with what is to be known once it was changed."""
        foresee = TYPES[wish.type].foresee
        if foresee is None:
            return wish.attributes
        try:
            return {**wish.attributes, **foresee(TypeCalls(self._inner, actor), wish, physical, before)}
        except InnerFault as fault:
            raise MakingFailed(fault.sentence, is_untouched=True) from None
        except MALFORMED as error:
            raise MakingFailed(malformed_sentence(error), is_untouched=True) from None

    def change(self, actor: StackActor, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
        """Change a resource where it is."""
        change = TYPES[wish.type].change
        if change is None:
            return MadeThing(physical, wish.attributes)
        try:
            return change(TypeCalls(self._inner, actor), wish, physical, before)
        except InnerFault as fault:
            raise MakingFailed(fault.sentence) from None
        except MALFORMED as error:
            raise MakingFailed(malformed_sentence(error)) from None

    def delete(self, actor: StackActor, wish: ResourceWish, physical: str) -> None:
        """Delete a resource."""
        try:
            TYPES[wish.type].delete(TypeCalls(self._inner, actor), wish, physical)
        except InnerFault as fault:
            raise MakingFailed(fault.sentence) from None
        except MALFORMED as error:
            raise MakingFailed(malformed_sentence(error)) from None

    def read(self, actor: StackActor, wish: ResourceWish, physical: str) -> Mapping[str, Any] | None:
        """Return the properties that a resource has now, of those that its template sets."""
        kind = TYPES[wish.type]
        try:
            properties_now = kind.inspect(TypeCalls(self._inner, actor), wish, physical)
        except InnerFault as fault:
            raise MakingFailed(fault.sentence) from None
        except MALFORMED as error:
            raise MakingFailed(malformed_sentence(error)) from None
        if properties_now is None:
            return None
        return {name: value for name, value in properties_now.items() if name in wish.properties}

    def tagged(self, type_name: str, properties: Properties, tags: Mapping[str, str]) -> dict[str, Any]:
        """Return properties with a stack's tags."""
        own = properties.get("Tags", [])
        if not tags or "Tags" not in TYPES[type_name].properties or not isinstance(own, list):
            return dict(properties)
        occupied = {str(tag.get("Key")) for tag in own if isinstance(tag, dict)}
        more = [{"Key": key, "Value": value} for key, value in sorted(tags.items()) if key not in occupied]
        return {**properties, "Tags": [*own, *more]}

    def replaces(self, type_name: str, names: set[str]) -> bool:
        """Say whether a change of these properties makes another resource."""
        kind = TYPES[type_name]
        return bool(names & kind.replaced_by) or (kind.change is None and bool(names))

    def named_by(self, type_name: str, properties: Mapping[str, Any]) -> str:
        """Return the name that a resource's properties give it."""
        kind = TYPES[type_name]
        return str(properties.get(kind.name_property, "")) if kind.name_property else ""

    def invent_name(self, type_name: str, stack: str, logical: str) -> str:
        """Return a name for a resource that is given none."""
        return invented_name(TYPES[type_name], stack, logical)


def find_role(identity: Identity, account: str, text: str) -> Role:
    """Return the role of an ARN, which is of the stack's account and trusts this service."""
    sentence = f"Role {text} is invalid or cannot be assumed"
    return find_service_role(identity, account, text, service=VIA, sentence=sentence)


def session_of(role: Role) -> Principal:
    """Return the service's session of a role, without its rights, which are looked up."""
    return Principal(
        account=role.account,
        arn=f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{SESSION}",
        user_id=f"{role.role_id}:{SESSION}",
        name=f"{role.name}/{SESSION}",
        key_id="",
        kind="role",
        role_path=role.path,
    )
