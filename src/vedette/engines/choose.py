"""Which engine an installation uses: this machine's, or a Ray cluster's where one is set."""

from vedette.engines.local import LocalEngine
from vedette.engines.port import Engine, Units
from vedette.engines.ray_line import RelayProcess
from vedette.engines.ray_plan import RayPlan
from vedette.engines.ray_watch import ClusterWatch


def open_watch(plan: RayPlan | None) -> ClusterWatch | None:
    """Return the cluster as the server asks about it; None where there is none."""
    return None if plan is None else ClusterWatch(plan, RelayProcess(plan))


def open_engine(watch: ClusterWatch | None = None) -> Engine:
    """Return where jobs run."""
    if watch is None:
        return LocalEngine()
    from vedette.engines.ray_engine import RayEngine

    return RayEngine(watch.plan, watch)


def open_units(watch: ClusterWatch | None = None) -> Units:
    """Return where units run."""
    if watch is None:
        from vedette.engines.local_units import LocalUnits  # asyncio, which a command does without

        return LocalUnits()
    from vedette.engines.ray_units import RayUnits

    return RayUnits(watch.plan, watch)
