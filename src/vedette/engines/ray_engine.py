"""Jobs on the nodes of a Ray cluster: those that say which files they need; all others run here.

What a job does here and there is told by the same events, since a process here stands for it (ray_job.py).
"""

from collections.abc import Iterator
from dataclasses import asdict

from vedette.engines.local import LocalEngine
from vedette.engines.port import Event, Job
from vedette.engines.ray_plan import RayPlan
from vedette.engines.ray_watch import ClusterWatch

# The job that runs another one on a cluster (ray_job.py).
ON_RAY = "on-ray"


class RayEngine:
    """Runs jobs on a cluster."""

    def __init__(self, plan: RayPlan, watch: ClusterWatch | None = None) -> None:
        self._plan = plan
        self._watch = watch
        self._local = LocalEngine()

    def submit(self, job: Job) -> str:
        """Start the job, on a node where it can run on any."""
        if job.files is None:
            return self._local.submit(job)
        order = {"name": job.name, "order": dict(job.order), "files": asdict(job.files)}
        drained = [] if self._watch is None else sorted(self._watch.drained)
        return self._local.submit(Job(ON_RAY, {"plan": self._plan.dump(), "drained": drained, **order}))

    def events(self, run: str) -> Iterator[Event]:
        """Yield the run's events."""
        return self._local.events(run)

    def cancel(self, run: str) -> None:
        """Ask the job to stop, then kill it."""
        self._local.cancel(run)
