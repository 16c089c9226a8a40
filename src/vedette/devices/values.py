"""What a device is, what it is to have, and what it said of itself. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from vedette.arn import Arn
from vedette.runtime.device_orders import OrderedModel
from vedette.store.blobs.sealed_copies import SealedOrigin

# The service in the ARNs of devices.
SERVICE, KIND = "vedette", "device"
# A device asks every half minute. One that missed six reports is somewhere else than on the line.
ONLINE_MS = 180_000

DeviceState = Literal["waiting", "online", "offline"]
WantedState = Literal["waiting", "ordered", "fetching", "installed", "refused"]


@dataclass(frozen=True, slots=True)
class DevicePlace:
    """Where a device's name is unique: an account, a region."""

    account: str
    region: str

    def arn(self, name: str) -> Arn:
        """Return the ARN of a device of this name."""
        return Arn(SERVICE, self.region, self.account, f"{KIND}/{name}")


@dataclass(frozen=True, slots=True)
class WantedModel:
    """A model that a device is to have: what is signed of it, and where it is from.

    That is a project's packaging job, or the address of a package that the holder of a `key` signed.
    """

    model: OrderedModel
    project_arn: str
    job: str
    model_arn: str
    address: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class SealedPackage:
    """A package that lies sealed here, the object it was taken of, and the devices that are to have it."""

    model: OrderedModel
    origin: SealedOrigin
    devices: Sequence[Arn]


@dataclass(frozen=True, slots=True)
class ReportedModel:
    """How a model stands, by the device's own word."""

    name: str = ""
    version: str = ""
    digest: str = ""
    state: str = ""
    message: str = ""
    answered: int = 0
    waiting: int = 0
    refused_digest: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ReportedMachine:
    """What a device is, by its own word. Sizes are bytes, 0 where it does not know."""

    system: str = ""
    arch: str = ""
    host: str = ""
    cores: int = 0
    memory: int = 0
    free_memory: int = 0
    free_disk: int = 0


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What a device said last. `order` is the newest that it obeyed; `instance` is one run of its agent."""

    agent: str = ""
    instance: str = ""
    order: int = 0
    machine: ReportedMachine = field(default_factory=ReportedMachine)
    models: tuple[ReportedModel, ...] = ()
    doing: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class EdgeDevice:
    """A device as its account sees it. `number` grows with every device."""

    number: int
    id: str
    place: DevicePlace
    name: str
    description: str
    token_expires_ms: int
    is_registered: bool
    registered_ms: int | None
    wishes: tuple[WantedModel, ...]
    order_number: int
    created_ms: int
    seen_ms: int | None
    address: str
    second_ms: int | None
    report: DeviceReport

    @property
    def arn(self) -> Arn:
        """Its ARN."""
        return self.place.arn(self.name)

    def state(self, now_ms: int) -> DeviceState:
        """Return whether it waits for its agent, answers, or did so once."""
        if not self.is_registered or self.seen_ms is None:
            return "waiting"
        return "online" if now_ms - self.seen_ms <= ONLINE_MS else "offline"

    def state_of(self, wish: WantedModel) -> WantedState:
        """Return how far a model is that it is to have."""
        row = next((row for row in self.report.models if row.name == wish.model.name), None)
        if row is not None and row.digest == wish.model.digest:
            return "installed"
        if self.report.order < self.order_number:
            return "ordered"
        if row is not None and row.refused_digest == wish.model.digest:
            return "refused"
        if self.report.doing == f"{wish.model.name} {wish.model.version}":
            return "fetching"
        return "waiting"

    def message_of(self, wish: WantedModel) -> str:
        """Return what the device says of a model that it is to have and has not."""
        row = next((row for row in self.report.models if row.name == wish.model.name), None)
        return "" if row is None or self.state_of(wish) in ("installed", "ordered") else row.problem


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What somebody registers."""

    name: str
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """What somebody changes of a device; None leaves it as it is."""

    description: str | None = None
    tags: Mapping[str, str] | None = None
    wishes: Sequence[WantedModel] | None = None
