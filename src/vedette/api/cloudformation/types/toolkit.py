"""What AWS's CDK puts into a template beside its resources: a note of its constructs, which makes nothing.

Without it `cdk deploy` would need `--no-version-reporting`; the note goes nowhere but into the stack.
"""

from vedette.api.cloudformation.types.base import Properties, ResourceType, TypeCalls, words
from vedette.stacks.port import MadeThing, ResourceWish


def _make(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    return MadeThing(wish.name)


def _change(calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
    return MadeThing(physical)


def _delete(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    return


def _read(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    return {}


METADATA = ResourceType(
    "AWS::CDK::Metadata", words("Analytics"), _make, _delete, _read, _change, unread=words("Analytics")
)
