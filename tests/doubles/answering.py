"""A server of answers for commands: each is what the operation's shape has, and each request is noted."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore import xform_name
from botocore.validate import ParamValidator

from doubles.shapes import faults_of
from vedette.cli import remote
from vedette.wire import models

Answer = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]


class AnsweringPages:
    """A paginator of one page."""

    def __init__(self, ask: Callable[..., Mapping[str, Any]]) -> None:
        self._ask = ask

    def paginate(self, **members: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the answer; how a client is to page is its own business."""
        members.pop("PaginationConfig", None)
        yield self._ask(**members)


class AnsweringClient:
    """A client of one service, whose methods are named as boto3 names them."""

    def __init__(self, service: str, answers: Mapping[str, Answer], requests: list[Any]) -> None:
        self._service, self._answers, self._requests = service, answers, requests
        self._names = {xform_name(name): name for name in models.operations(service)}

    def __getattr__(self, method: str) -> Callable[..., Mapping[str, Any]]:
        """Return the method that asks an operation."""
        name = self._names[method]
        return lambda **members: self._ask(name, members)

    def get_paginator(self, method: str) -> AnsweringPages:
        """Return what yields an operation's pages."""
        return AnsweringPages(getattr(self, method))

    def _ask(self, name: str, members: Mapping[str, Any]) -> Mapping[str, Any]:
        operation = models.operation(self._service, name)
        assert operation is not None
        if operation.input_shape is not None:
            report = ParamValidator().validate(members, operation.input_shape)
            assert not report.has_errors(), report.generate_report()
        self._requests.append((name, dict(members)))
        answer = self._answers[name]
        result = answer(members) if callable(answer) else answer
        if operation.output_shape is not None:
            faults = [*faults_of(operation.output_shape, result, name)]
            assert not faults, f"The shapes of {self._service} describe no such answer: {faults}"
        return result


class AnsweringServer:
    """What the commands reach in place of a server; `requests` are what they asked, in order."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def client(self, service: str, **place: Any) -> AnsweringClient:
        """Return a client of a service, wherever it is said to be."""
        del place
        return AnsweringClient(service, self.answers, self.requests)

    def stand_in(self, patch: pytest.MonkeyPatch) -> "AnsweringServer":
        """Have the commands reach this one."""
        patch.setattr(remote, "open_client", self.client)
        return self
