"""A policy that allows everything and remembers what it was asked: which rights a call needs."""

from dataclasses import dataclass, field
from typing import Any

from vedette.access.patterns import Template
from vedette.access.policy import Actions, Effect, Policy, PolicyKind
from vedette.access.principals import PrincipalMatch
from vedette.access.request import AccessRequest, AccessSubject

# The tag that the tests use, and the keys by which conditions could ask for it.
ASKED = ("aws:requesttag/stage", "aws:resourcetag/stage", "aws:tagkeys")


@dataclass(frozen=True, slots=True)
class Question:
    """A right that was asked for, and the tags that conditions would have seen."""

    action: str
    resource: str
    tags: frozenset[str] = frozenset()


@dataclass
class Recorder:
    """A statement like any other to the judge, but that it listens."""

    label: str = "everything, and listened to"
    effect: Effect = Effect.ALLOW
    actions: Actions = field(default_factory=lambda: Actions(frozenset(), (Template("*", variables=False),)))
    # As in a policy of an identity, which names nobody.
    principals: None = None
    questions: list[Question] = field(default_factory=list)

    def match(self, subject: AccessSubject) -> PrincipalMatch:
        """Mean everybody."""
        del subject
        return PrincipalMatch.DIRECT

    def holds(self, request: AccessRequest) -> bool:
        """Note the question and allow it."""
        tags = {key for key in ASKED if request.context.get(key) is not None}
        self.questions.append(Question(request.action, request.resource, frozenset(tags)))
        return True

    def policy(self) -> Policy:
        """Return the policy that a principal can hold."""
        statements: Any = (self,)
        return Policy(PolicyKind.IDENTITY, statements, "recorder")
