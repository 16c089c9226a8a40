"""What a handler is given: the rooms of the house, and who is calling."""

from dataclasses import dataclass
from typing import Any

from vedette.arn import Arn
from vedette.clock import Clock, system_clock
from vedette.identity.identity import Identity
from vedette.identity.principal import Principal
from vedette.projects.projects import Projects
from vedette.settings import Settings


@dataclass(frozen=True, slots=True)
class House:
    """The rooms that the doors open on."""

    settings: Settings
    identity: Identity
    projects: Projects
    page_key: bytes
    # A folder or a foreign S3; the S3 door, its only user, knows which calls both keep.
    blobs: Any = None
    clock: Clock = system_clock


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent this request, and to which service and region."""

    principal: Principal
    region: str
    service: str
    request_id: str = ""

    @property
    def account(self) -> str:
        """The account that the request acts in."""
        return self.principal.account

    def arn(self, resource: str) -> Arn:
        """Return the ARN of a thing of the caller's own, in the service and region it called."""
        return Arn(self.service, self.region, self.account, resource)
