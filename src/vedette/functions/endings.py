"""How an event ended, and what is told of it, in the words of AWS Lambda."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from vedette.clock import from_milliseconds
from vedette.dialects.aws_lambda import SUCCESS, VERSION, letter_attributes, record_key, result_record
from vedette.functions.store import Function, FunctionEvent


@dataclass(frozen=True, slots=True)
class EventEnd:
    """The answer as JSON, the condition and the status, as clients name them."""

    is_handled: bool
    payload: bytes = field(repr=False)
    condition: str = SUCCESS
    status: int = 200
    # Whether the function was called: one that goes in a circle or came too late is not.
    is_try: bool = True


@dataclass(frozen=True, slots=True)
class EndedEvent:
    """An event at its end; its tries are all that there were."""

    function: Function
    event: FunctionEvent
    end: EventEnd
    at_ms: int

    @property
    def record(self) -> dict[str, Any]:
        """What a destination is told."""
        return result_record(
            self.event.request,
            f"{self.function.arn}:{VERSION}",
            parsed(self.event.payload),
            moment=from_milliseconds(self.at_ms),
            tries=self.event.tries,
            condition=self.end.condition,
            answer=parsed(self.end.payload),
        )

    @property
    def attributes(self) -> dict[str, tuple[str, str]]:
        """What stands beside a dead letter."""
        problem = parsed(self.end.payload)
        sentence = str(problem.get("errorMessage", "")) if isinstance(problem, dict) else ""
        return letter_attributes(self.event.request, self.end.status, sentence)

    @property
    def key(self) -> str:
        """What its record is called in a bucket."""
        return record_key(self.function.name, self.event.request, from_milliseconds(self.at_ms))


def fitted(record: dict[str, Any], most: int) -> str:
    """Return a record as JSON; without its payloads, the longer one first, where it would be too long."""
    sizes = {name: len(orjson.dumps(record[name])) for name in ("requestPayload", "responsePayload")}
    text = orjson.dumps(record)
    for name in sorted(sizes, key=sizes.__getitem__, reverse=True):
        if len(text) > most:
            record = {key: value for key, value in record.items() if key != name}
            text = orjson.dumps(record)
    return text.decode()


def parsed(payload: bytes) -> Any:
    """Return the value of JSON; of what was cut off, or could not be written within a record, its text."""
    try:
        value = orjson.loads(payload)
        # Lists within lists are read deeper than they are written, and a record lies within an event.
        orjson.dumps([[[[value]]]])
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return payload.decode("utf-8", "replace")
    return value
