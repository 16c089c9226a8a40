"""Where work runs: on a cluster, or on each of the servers; some of either are being emptied."""

from dataclasses import dataclass

from vedette.engines.ray_watch import ClusterWatch
from vedette.jobs.drains import NodeDrains
from vedette.jobs.guard import Gate
from vedette.jobs.members import ServerRoll

EMPTIED = "This server is being emptied: another one takes what waits."


@dataclass(frozen=True, slots=True)
class Placing:
    """`cluster` is None where work runs on the servers themselves."""

    cluster: ClusterWatch | None
    roll: ServerRoll
    drains: NodeDrains

    @property
    def gate(self) -> Gate | None:
        """Return what is asked before a training begins; nothing where there is one server alone."""
        if self.cluster is not None:
            return self.cluster.why_no_training
        return self.why_not_here if self.roll.is_shared else None

    @property
    def is_emptied(self) -> bool:
        """Whether this server is one that people empty."""
        return self.cluster is None and self.roll.is_shared and self.roll.name in self.drains.names

    def why_not_here(self, under_way: int) -> str:
        """Say whether this server takes no more trainings, of which it runs as many as it has threads."""
        del under_way
        return EMPTIED if self.is_emptied else ""
