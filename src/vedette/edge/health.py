"""Health as gRPC has it (grpc.health.v1), and reflection: for probes and for grpcurl.

The agent's own services are SERVING while it runs. A model's name is a service too: SERVING while the model
is RUNNING.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection, reflection_pb2_grpc

from vedette.edge.life import ModelState
from vedette.edge.protos import edge_agent_pb2, vedette_edge_pb2
from vedette.edge.served import ServedModel

SERVICES = (
    edge_agent_pb2.DESCRIPTOR.services_by_name["EdgeAgent"].full_name,
    vedette_edge_pb2.DESCRIPTOR.services_by_name["Edge"].full_name,
)

# Each stream of reflection holds a thread for as long as its client keeps it open, and pictures need threads.
MOST_REFLECTIONS, REFLECTION_S = 4, 60.0

StatusListener = Callable[[str, Any], None]


class BoundReflection(reflection.ReflectionServicer):  # type: ignore[misc]  # the package has no types
    """Reflection for a few clients at a time, each for a minute; tools ask anew."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(names)
        self._room = threading.BoundedSemaphore(MOST_REFLECTIONS)

    def ServerReflectionInfo(  # noqa: N802  (the call's name)
        self, request_iterator: Any, context: Any
    ) -> Iterator[Any]:
        """Answer one client's questions."""
        if not self._room.acquire(blocking=False):
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "Too many clients use reflection now.")
        ending = threading.Timer(REFLECTION_S, context.cancel)
        ending.daemon = True
        ending.start()
        try:
            yield from super().ServerReflectionInfo(request_iterator, context)
        finally:
            ending.cancel()
            self._room.release()


class AgentHealth:
    """The health of an agent and its models."""

    def __init__(self) -> None:
        self._servicer = health.HealthServicer()
        self._lock = threading.Lock()
        self._statuses: dict[str, Any] = {}
        self._listeners: list[StatusListener] = [self._servicer.set]
        for name in ("", *SERVICES):
            self._set(name, health_pb2.HealthCheckResponse.SERVING)

    def add_to(self, server: Any) -> None:
        """Add health and reflection to a gRPC server."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)
        names = (*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection_pb2_grpc.add_ServerReflectionServicer_to_server(BoundReflection(names), server)

    def observe(self, served: ServedModel) -> None:
        """Take over a model's state."""
        is_running = served.state is ModelState.RUNNING
        response = health_pb2.HealthCheckResponse
        self._set(served.name, response.SERVING if is_running else response.NOT_SERVING)

    def tell(self, listener: StatusListener) -> None:
        """Tell another server's health how all stands, and what changes from now on."""
        with self._lock:
            for name, status in self._statuses.items():
                listener(name, status)
            self._listeners.append(listener)

    def _set(self, name: str, status: Any) -> None:
        with self._lock:
            self._statuses[name] = status
            for listener in self._listeners:
                listener(name, status)
