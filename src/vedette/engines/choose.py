"""Which engine an installation uses: this machine's, or a Ray cluster's where one is set."""

from vedette.engines.local import LocalEngine
from vedette.engines.port import Engine, Units
from vedette.engines.ray_plan import RayPlan


def open_engine(plan: RayPlan | None = None) -> Engine:
    """Return where jobs run."""
    if plan is None:
        return LocalEngine()
    from vedette.engines.ray_engine import RayEngine

    return RayEngine(plan)


def open_units(plan: RayPlan | None = None) -> Units:
    """Return where units run."""
    if plan is None:
        from vedette.engines.local_units import LocalUnits  # asyncio, which a command does without

        return LocalUnits()
    from vedette.engines.ray_units import RayUnits

    return RayUnits(plan)
