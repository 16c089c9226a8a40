"""What an installation sets for its Ray cluster, as it crosses to the processes that speak to it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from importlib.util import find_spec
from typing import Any

from vedette.engines.placement import Room
from vedette.engines.unit_door import Ports
from vedette.errors import Wrong

# What a unit takes beside its model's arithmetic: 129 MiB with the smallest backbone, 400 with heat maps and
# large pictures. A training of the default backbone stays below 2 GiB (docs/experiments.md).
UNIT, TRAINING = "cores=1,memory=0.5", "cores=2,memory=2"


@dataclass(frozen=True, slots=True)
class RayPlan:
    """A cluster's address, what units and trainings are given, and where its nodes keep files.

    Without `cache` each node uses the folder for caches of the user that Ray runs as. Units listen at one of
    the ports.
    """

    address: str
    unit: Room
    training: Room
    cache: str = ""
    ports: Ports = field(default_factory=Ports)

    def dump(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def load(cls, values: Mapping[str, Any]) -> "RayPlan":
        """Return a dumped plan."""
        return cls(
            values["address"],
            Room(**values["unit"]),
            Room(**values["training"]),
            values.get("cache", ""),
            Ports(**values.get("ports", {})),
        )


def read_plan(address: str, unit: str = "", training: str = "", cache: str = "", ports: str = "") -> RayPlan:
    """Return the plan of an installation that asks for Ray.

    Raises:
        Wrong: with a sentence for whoever set it.
    """
    if not address:
        raise Wrong("VEDETTE_ENGINE=ray needs VEDETTE_RAY_ADDRESS, the host and port of the cluster's head.")
    if "://" in address:
        raise Wrong(
            f"VEDETTE_RAY_ADDRESS cannot be {address!r}: it is a host and a port, since this machine is a "
            "node of the cluster itself."
        )
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        raise Wrong(f"VEDETTE_RAY_ADDRESS cannot be {address!r}: write it as 10.0.0.1:6379.")
    if find_spec("ray") is None:
        raise Wrong("VEDETTE_ENGINE=ray needs Ray, which is not installed: pip install 'vedette[ray]'")
    return RayPlan(
        address,
        read_room(unit or UNIT, "VEDETTE_RAY_UNIT"),
        read_room(training or TRAINING, "VEDETTE_RAY_TRAINING"),
        cache,
        read_ports(ports, "VEDETTE_RAY_PORTS"),
    )


def read_ports(text: str, setting: str) -> Ports:
    """Return the ports that a setting such as `20000-20099` names; any where it is empty.

    Raises:
        Wrong: with a sentence that names the setting.
    """
    if not text.strip():
        return Ports()
    first, dash, last = (part.strip() for part in text.partition("-"))
    numbers = [first, last] if dash else [first, first]
    if not all(number.isascii() and number.isdecimal() and len(number) <= 5 for number in numbers):
        raise Wrong(f"{setting} cannot be {text!r}: write it as 20000-20099.")
    ports = Ports(*map(int, numbers))
    if not 1024 <= ports.first <= ports.last <= 65535:
        raise Wrong(f"{setting} cannot be {text!r}: ports are from 1024 to 65535, the lower one first.")
    return ports


def read_room(text: str, setting: str) -> Room:
    """Return what a setting such as `cores=2,memory=4,gpus=0.5` asks for.

    Raises:
        Wrong: with a sentence that names the setting.
    """
    names = {measure.name for measure in fields(Room)}
    values: dict[str, float] = {}
    for part in filter(None, text.replace(" ", "").split(",")):
        name, _, number = part.partition("=")
        try:
            values[name] = float(number)
        except ValueError:
            values[name] = -1.0
        if name not in names or not 0 <= values[name] < 1e6:
            raise Wrong(f"{setting} cannot be {text!r}: write it as cores=2,memory=4,gpus=0 (memory in GiB).")
    room = Room(**values)
    if not room.cores:
        raise Wrong(f"{setting} cannot be {text!r}: it needs some cores.")
    return room
