"""What a handler receives: the rooms, and the caller."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from vedette.arn import Arn, parse_arn
from vedette.audit.delivery import TrailDelivery
from vedette.audit.trail import AuditTrail
from vedette.batches.batches import Batches
from vedette.clock import Clock, system_clock
from vedette.datasets.datasets import Datasets
from vedette.devices.devices import Devices
from vedette.encryption.encryption import Encryption
from vedette.errors import Missing, Wrong
from vedette.exports.exports import Exports
from vedette.feedback.feedback import Feedback
from vedette.functions.functions import Functions
from vedette.identity.access import ObjectAccess
from vedette.identity.identity import Identity
from vedette.identity.may import Context, require, require_undenied
from vedette.identity.principal import Principal
from vedette.imports.imports import Imports
from vedette.jobs.members import ServerRoll
from vedette.jobs.placing import Placing
from vedette.jobs.runner import JobRunner
from vedette.loops.loops import Loops
from vedette.metering.meter import Meter
from vedette.monitoring.monitoring import Monitoring
from vedette.packaging.packagings import Packagings
from vedette.pictures.pictures import DatasetPictures
from vedette.projects.projects import Projects
from vedette.projects.tags import kind_of
from vedette.projects.versions import Versions
from vedette.rounds.room import LabellingRounds
from vedette.serving.hosting import Hosting
from vedette.serving.queue import RequestOrigin
from vedette.settings import Settings
from vedette.stacks.stacks import Stacks
from vedette.store.blobs.port import Blobs
from vedette.store.reserve import Reserve
from vedette.suggestions.drafts import Drafts
from vedette.suggestions.next_steps import NextSteps
from vedette.suggestions.suggestions import Suggestions
from vedette.training.start import Trainings
from vedette.trials.trials import Trials


@dataclass(frozen=True, slots=True)
class House:
    """The rooms behind the doors."""

    settings: Settings
    identity: Identity
    encryption: Encryption
    projects: Projects
    jobs: JobRunner
    datasets: Datasets
    imports: Imports
    exports: Exports
    packagings: Packagings
    devices: Devices
    versions: Versions
    trainings: Trainings
    hosting: Hosting
    suggestions: Suggestions
    drafts: Drafts
    next_steps: NextSteps
    trials: Trials
    batches: Batches
    loops: Loops
    feedback: Feedback
    monitoring: Monitoring
    access: ObjectAccess
    page_key: bytes
    # A folder or a foreign S3; S3's door alone asks which.
    blobs: Blobs
    rounds: LabellingRounds
    stacks: Stacks
    functions: Functions
    # Where work runs, and the servers that share the database; None in tests, which have no other.
    placing: Placing | None = None
    # None in tests, which do without the processes that measure pictures.
    pictures: DatasetPictures | None = None
    # None where the operator wants none, and in most tests.
    audit: AuditTrail | None = None
    # Carries its events into buckets; None where there is no trail.
    delivery: TrailDelivery | None = None
    # None in tests, which have no full disk.
    reserve: Reserve | None = None
    clock: Clock = system_clock

    @property
    def roll(self) -> ServerRoll | None:
        """The servers that share the database."""
        return None if self.placing is None else self.placing.roll

    @property
    def meter(self) -> Meter:
        """What counts what models are asked."""
        return self.monitoring.metrics.meter

    @property
    def servers(self) -> int:
        """How many servers share what may be asked of all of them together."""
        return 1 if self.roll is None else self.roll.count


def untagged(arn: str) -> Mapping[str, str]:
    """Return no tags."""
    del arn
    return {}


def no_context() -> Context:
    """Know nothing of the request."""
    return {}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent this request, and to which service and region."""

    principal: Principal
    region: str
    service: str
    request_id: str = ""
    # Gathers what policies may ask of the request (the time, the address, whether it came over TLS):
    # most requests meet no condition, and need none of it.
    gather_context: Callable[[], Context] = no_context
    # The tags of what an ARN names, for conditions that ask about them.
    tags_of: Callable[[str], Mapping[str, str]] = untagged
    # When the whole request was here, by the monotonic clock.
    received: float = field(default_factory=time.monotonic)

    @property
    def origin(self) -> RequestOrigin:
        """What a queue of requests must know of this one."""
        return RequestOrigin(self.principal.arn, self.received)

    @property
    def context(self) -> Context:
        """What policies may ask of the request."""
        return self.gather_context()

    @property
    def account(self) -> str:
        """The account that the request acts in."""
        return self.principal.account

    def own(self, resource: str) -> Arn:
        """Return the ARN of a thing of the caller's own, in the service and region it called."""
        return Arn(self.service, self.region, self.account, resource)

    def require(
        self,
        action: str,
        resource: Arn | str,
        *,
        tags: Mapping[str, str] | None = None,
        keys: Sequence[str] = (),
    ) -> None:
        """Refuse unless the caller may do this operation's action to that.

        `tags` are those that the request gives something, `keys` those of tags that it takes away.
        """

        def facts() -> Context:
            return {**self.context, **about_tags(tags or {}, keys)}

        tags_of = partial(self.tags_of, str(resource))
        require(self.principal, f"{self.service}:{action}", resource, facts, tags_of=tags_of)

    def require_undenied(self, action: str, resource: Arn | str, *, tags: Mapping[str, str]) -> None:
        """Refuse what a policy denies of this operation, though none need allow it for this resource."""

        def facts() -> Context:
            return {**self.context, **about_tags(tags)}

        require_undenied(self.principal, f"{self.service}:{action}", resource, facts)

    def permit(
        self,
        action: str,
        text: str,
        *,
        tags: Mapping[str, str] | None = None,
        keys: Sequence[str] = (),
    ) -> Arn:
        """Return the ARN that the request names, if the caller may do this to it and it can be here."""
        arn = parse_arn(text)
        if arn.service != self.service:
            raise Wrong(f"{text} is not an ARN of {self.service}.", name=text)
        self.require(action, arn, tags=tags, keys=keys)
        if arn.region != self.region:
            raise Missing(f"{text} is in another region than {self.region}.", kind=kind_of(arn), name=text)
        return arn


def about_tags(tags: Mapping[str, str], keys: Sequence[str] = ()) -> dict[str, str | tuple[str, ...]]:
    """Return what conditions may ask of the tags in a request."""
    facts: dict[str, str | tuple[str, ...]] = {f"aws:RequestTag/{key}": tags[key] for key in tags}
    names = (*tags, *keys)
    return {**facts, "aws:TagKeys": names} if names else facts
