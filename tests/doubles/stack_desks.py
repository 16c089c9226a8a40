"""A house in which stacks are made in this process: their operations are called, and their jobs are run."""

import json
from collections.abc import Mapping
from typing import Any

from doubles.houses import HERE
from vedette.api.cloudformation import OPERATIONS
from vedette.api.cloudformation.types import TYPES
from vedette.api.cloudformation.types.base import TypeCalls
from vedette.api.house import Caller, House
from vedette.identity.principal import Principal
from vedette.stacks.port import ResourceWish, StackActor
from vedette.stacks.values import Stack, StackPlace, StackResource

REGION = "eu-west-1"
PLACE = StackPlace(HERE, REGION)
CAPABLE = ["CAPABILITY_NAMED_IAM"]


class StackDesk:
    """Somebody with every right, who makes stacks."""

    def __init__(
        self, house: House, user: str = "alice", policies: tuple[str, ...] = ("administrator",)
    ) -> None:
        self.house = house
        house.identity.directory.create_user(HERE, user, list(policies))
        key = house.identity.directory.create_key(HERE, user)
        self.principal: Principal = house.identity.find_key(key.id, "", house.clock())[0]

    def ask(self, operation: str, **members: Any) -> dict[str, Any]:
        """Return the answer to an operation of CloudFormation."""
        caller = Caller(self.principal, REGION, "cloudformation")
        answer: dict[str, Any] = OPERATIONS[operation](self.house, caller, members)
        return answer

    def service(self, service: str, operation: str, /, **members: Any) -> dict[str, Any]:
        """Return the answer to an operation of another service."""
        return self.calls(service).ask(service, operation, **members)

    def calls(self, name: str = "desk") -> TypeCalls:
        """Return the services as a type of resource asks them."""
        actor = StackActor(self.principal, PLACE, f"arn:{name}", name)
        return TypeCalls(self.house.stacks.tools.maker._inner, actor)

    def put(self, name: str, resources: Mapping[str, Any], **more: Any) -> Stack:
        """Create or update a stack; return it once nothing is under way."""
        operation = "CreateStack" if self.house.stacks.look_for(PLACE, name) is None else "UpdateStack"
        template = json.dumps({"Resources": resources, **more.pop("template", {})})
        self.ask(operation, StackName=name, TemplateBody=template, Capabilities=CAPABLE, **more)
        return self.settled(name)

    def settled(self, name: str) -> Stack:
        """Return a stack once nothing is under way."""
        self.house.jobs.wait(30)
        return self.house.stacks.find(PLACE, name)

    def row(self, stack: str, logical: str) -> StackResource:
        """Return a resource as the room knows it."""
        rows = self.house.stacks.resources(self.house.stacks.find(PLACE, stack))
        return next(row for row in rows if row.logical == logical)

    def wish(self, row: StackResource, properties: Mapping[str, Any] | None = None) -> ResourceWish:
        """Return a resource as it is wanted; as its stack has it where no properties are given."""
        wanted = row.facts.properties if properties is None else properties
        return ResourceWish(row.logical, row.type, row.physical, wanted, row.facts.attributes)

    def reading(self, stack: str, logical: str, properties: Mapping[str, Any]) -> Any:
        """Return what is read of a resource now, of the properties named; None where it is not there."""
        row, resolved = self.row(stack, logical), self.resolved(stack, properties)
        return self.house.stacks.tools.maker.read(self.calls().actor, self.wish(row, resolved), row.physical)

    def resolved(self, stack: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Return properties in which the names of a stack's resources are what these are called."""
        return {
            name: self.row(stack, value["Ref"]).physical
            if isinstance(value, dict) and "Ref" in value
            else value
            for name, value in properties.items()
        }

    def change_behind(
        self, stack: str, logical: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> None:
        """Change a resource by its own service's operations, without its stack's knowledge."""
        row = self.row(stack, logical)
        change = TYPES[row.type].change
        assert change is not None
        change(self.calls(), self.wish(row, after), row.physical, before)

    def drift(self, stack: str, logical: str) -> tuple[str, list[str]]:
        """Return how a resource has drifted, and in which properties."""
        drift = self.ask("DetectStackResourceDrift", StackName=stack, LogicalResourceId=logical)[
            "StackResourceDrift"
        ]
        names = [difference["PropertyPath"] for difference in drift["PropertyDifferences"]]
        return drift["StackResourceDriftStatus"], names

    def happened(self, stack: str) -> list[tuple[str, str, str]]:
        """Return what happened to a stack, the newest first."""
        events = self.house.stacks.events(self.house.stacks.find(PLACE, stack), before=0, most=200)
        return [(event.logical, event.status, event.reason) for event in events]
