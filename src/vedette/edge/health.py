"""Health as gRPC has it (grpc.health.v1), and reflection: for probes and for grpcurl.

The agent's own services are SERVING while it runs. A model's name is a service too: SERVING while the model
is RUNNING.
"""

from typing import Any

from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from vedette.edge.protos import edge_agent_pb2, vedette_edge_pb2
from vedette.edge.served import ModelState, ServedModel

SERVICES = (
    edge_agent_pb2.DESCRIPTOR.services_by_name["EdgeAgent"].full_name,
    vedette_edge_pb2.DESCRIPTOR.services_by_name["Edge"].full_name,
)


class AgentHealth:
    """The health of an agent and its models."""

    def __init__(self) -> None:
        self._servicer = health.HealthServicer()
        for name in ("", *SERVICES):
            self._servicer.set(name, health_pb2.HealthCheckResponse.SERVING)

    def add_to(self, server: Any) -> None:
        """Add health and reflection to a gRPC server."""
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)
        reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)

    def observe(self, served: ServedModel) -> None:
        """Take over a model's state."""
        is_running = served.state is ModelState.RUNNING
        response = health_pb2.HealthCheckResponse
        self._servicer.set(served.name, response.SERVING if is_running else response.NOT_SERVING)
