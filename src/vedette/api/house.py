"""What a handler is given: the rooms of the house, and who is calling."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from vedette.arn import Arn, parse_arn
from vedette.clock import Clock, system_clock
from vedette.datasets.datasets import Datasets
from vedette.datasets.pictures import Pictures
from vedette.errors import Missing, Wrong
from vedette.identity.access import Access
from vedette.identity.identity import Identity
from vedette.identity.may import require
from vedette.identity.principal import Principal
from vedette.metering.meter import Meter
from vedette.projects.projects import Projects
from vedette.projects.tags import kind_of
from vedette.projects.versions import Versions
from vedette.serving.hosting import Hosting
from vedette.settings import Settings
from vedette.store.reserve import Reserve
from vedette.training.trainings import Trainings


@dataclass(frozen=True, slots=True)
class House:
    """The rooms that the doors open on."""

    settings: Settings
    identity: Identity
    projects: Projects
    datasets: Datasets
    versions: Versions
    trainings: Trainings
    hosting: Hosting
    meter: Meter
    access: Access
    page_key: bytes
    # A folder or a foreign S3; the S3 door, its only user, knows which calls both keep.
    blobs: Any = None
    # A house in a test may go without the processes that look at pictures.
    pictures: Pictures | None = None
    # Nor does it need room for the day its disk is full.
    reserve: Reserve | None = None
    clock: Clock = system_clock


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent this request, and to which service and region."""

    principal: Principal
    region: str
    service: str
    request_id: str = ""
    # What policies may ask of the request: the time, the address, whether it came over TLS.
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """The account that the request acts in."""
        return self.principal.account

    def own(self, resource: str) -> Arn:
        """Return the ARN of a thing of the caller's own, in the service and region it called."""
        return Arn(self.service, self.region, self.account, resource)

    def require(self, action: str, resource: Arn | str) -> None:
        """Refuse unless the caller may do this operation's action to that."""
        require(self.principal, f"{self.service}:{action}", resource, self.context)

    def permit(self, action: str, text: str) -> Arn:
        """Return the ARN that the request names, if the caller may do this to it and it can be here."""
        arn = parse_arn(text)
        if arn.service != self.service:
            raise Wrong(f"{text} is not an ARN of {self.service}.", name=text)
        self.require(action, arn)
        if arn.region != self.region:
            raise Missing(f"{text} is in another region than {self.region}.", kind=kind_of(arn), name=text)
        return arn
