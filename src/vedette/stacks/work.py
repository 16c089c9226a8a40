"""What one run of a stack's job knows: the stack, its resources, whom it acts as, and what templates ask."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import Connection

from vedette.dialects.cloudformation.functions import MadeResource, TemplateValues
from vedette.dialects.cloudformation.parameters import GivenParameters, is_hidden
from vedette.errors import Refusal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted
from vedette.stacks.port import MakingFailed, ResourceMaker, ResourceWish, StackActor, neighbours_of
from vedette.stacks.store import StackStore
from vedette.stacks.values import (
    ResourceFacts,
    Stack,
    StackOutput,
    StackResource,
    StackSecrets,
    StackSource,
)
from vedette.store.db import Database

LONGEST_SHOWN = 16 * 1024
# How often a job looks whether the doors are there, which are opened after the jobs.
LOOK_S = 0.2


class StackFailed(Exception):
    """What is under way cannot go on; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass
class StackTools:
    """What the jobs of stacks need. `maker` is handed over once the doors are there."""

    database: Database
    store: StackStore
    ready: threading.Event = field(default_factory=threading.Event)
    inputs: ResourceMaker | None = None

    def hand_over(self, maker: ResourceMaker) -> None:
        """Take what makes resources; jobs that wait for it go on."""
        self.inputs = maker
        self.ready.set()

    @property
    def maker(self) -> ResourceMaker:
        """What makes resources."""
        assert self.inputs is not None, "the doors are open before anybody asks"
        return self.inputs


def values_of(
    store: StackStore,
    connection: Any,
    stack: Stack,
    source: StackSource,
    product: Mapping[str, StackResource],
) -> TemplateValues:
    """Return what the functions of a stack's template are resolved with."""
    template = source.read()
    hidden = frozenset(name for name, declared in template.parameters.items() if is_hidden(declared))
    exports = {row.name: row.value for row in store.exports(connection, stack.place)}

    def find(logical: str) -> MadeResource | None:
        row = product.get(logical)
        is_made = row is not None and row.is_there and row.is_current
        return MadeResource(row.physical, row.facts.attributes) if is_made and row is not None else None

    return TemplateValues(
        template, GivenParameters(source.parameters, hidden), pseudo(stack), find, exports.get
    )


def pseudo(stack: Stack) -> dict[str, Any]:
    """Return what the pseudo parameters of a stack stand for."""
    return {
        "AWS::AccountId": stack.place.account,
        "AWS::NotificationARNs": [],
        "AWS::Partition": "aws",
        "AWS::Region": stack.place.region,
        "AWS::StackId": stack.arn,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }


class StackWork:
    """One run of one stack's job."""

    def __init__(self, tools: StackTools, context: JobContext, number: int) -> None:
        self.tools = tools
        self.store = tools.store
        self.context = context
        while not tools.ready.wait(LOOK_S):
            self.look_up()
        with tools.database.read() as connection:
            self.stack = self.store.get(connection, number)
            self.rows = self.store.resources(connection, number)
        self.step = self.stack.status

    def is_moved(self, connection: Connection) -> bool:
        """Say whether the stack was moved to another state meanwhile: by who deletes it while it is made."""
        return self.store.get(connection, self.stack.id).status != self.step

    def look_up(self) -> None:
        """Leave the rest to another start where the server stops."""
        if self.context.should_leave():
            raise JobInterrupted

    def reload(self) -> None:
        """Read the stack and its resources again."""
        with self.tools.database.read() as connection:
            self.stack = self.store.get(connection, self.stack.id)
            self.rows = self.store.resources(connection, self.stack.id)

    @property
    def current(self) -> dict[str, StackResource]:
        """The resources that a template's names stand for."""
        return {row.logical: row for row in self.rows if row.is_current}

    def values(self, source: StackSource) -> TemplateValues:
        """Return what a template's functions are resolved with, by the resources that there are now."""
        with self.tools.database.read() as connection:
            return values_of(self.store, connection, self.stack, source, self.current)

    def display(self, values: TemplateValues, properties: Mapping[str, Any]) -> str:
        """Return properties as an event shows them."""
        masked = replace(values, masks=True, masks_attributes=True)
        try:
            text = orjson.dumps(masked.resolve(dict(properties))).decode()
        except (Refusal, TypeError):
            return ""
        return text if len(text) <= LONGEST_SHOWN else ""

    def actor(self) -> StackActor:
        """Return whom resources are made as, with the rights that it has now."""
        stack = self.stack
        try:
            principal = self.tools.maker.act_as(stack.place, stack.secrets.caller, stack.secrets.role)
        except Refusal as refusal:
            raise MakingFailed(refusal.sentence) from None
        return StackActor(principal, stack.place, stack.arn, stack.name)

    def wish(self, row: StackResource, properties: Mapping[str, Any]) -> ResourceWish:
        """Return a resource as it should be."""
        attributes, neighbours = row.facts.attributes, neighbours_of(row, self.rows)
        return ResourceWish(
            row.logical, row.type, row.physical, properties, attributes, neighbours=neighbours
        )

    # What is written down

    def move(self, status: str, reason: str = "", secrets: StackSecrets | None = None, **values: Any) -> None:
        """Move the stack to its next state, and say so in an event."""
        stack = self.stack
        reason = self.mask(reason)
        if secrets is not None:
            values["secrets"] = secrets
        with self.tools.database.write() as connection:
            if not self.is_moved(connection):
                self.store.change(connection, stack.id, status=status, reason=reason, **values)
                self.store.note(connection, stack, status, reason)
        self.reload()

    def note(
        self,
        row: StackResource,
        status: str,
        reason: str = "",
        *,
        facts: ResourceFacts | None = None,
        properties: str = "",
        **values: Any,
    ) -> None:
        """Move a resource to its next state, and say so in an event."""
        reason = self.mask(reason)
        if facts is not None:
            values["facts"] = facts
        with self.tools.database.write() as connection:
            self.store.change_resource(connection, row.id, status=status, reason=reason, **values)
            self.store.note(
                connection, self.stack, status, reason, logical=row.logical, type=row.type,
                physical=values.get("physical", row.physical), properties=properties,
            )  # fmt: skip
        self.reload()

    def mask(self, text: str) -> str:
        """Return a sentence without the values of parameters that nobody is to see."""
        for source in (self.stack.secrets.source, self.stack.secrets.next):
            if source is not None and text:
                template = source.read()
                hidden = frozenset(name for name, body in template.parameters.items() if is_hidden(body))
                known_names = GivenParameters(source.parameters, hidden & set(source.parameters))
                text = known_names.mask(text)
        return text

    def outputs(self, values: TemplateValues) -> tuple[StackOutput, ...]:
        """Return what the stack puts out."""
        masked = replace(values, masks=True)
        return tuple(
            StackOutput(
                name,
                masked.text(body["Value"], f"the output {name}"),
                str(body.get("Description", "")),
                masked.text(body["Export"]["Name"], f"the export of {name}") if "Export" in body else "",
            )
            for name, body in values.template.outputs.items()
            if values.has(str(body.get("Condition", "")))
        )
