"""The agent over TCP: answered from an event loop, so that a call has a thread only once its message is here.

gRPC's threads take a call from its head on. Over TCP anybody who reaches the port can send heads and no
message, from as many connections as they like, and would hold every thread (docs/decisions/0322). Here such
a call is a small object in a loop, and ends with its connection, whose life is bound. The services are the
same as on the socket: their functions run in threads of this server's own.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from vedette.edge.health import SERVICES, AgentHealth
from vedette.errors import Wrong

Answer = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class ListenLimits:
    """What one connection may have, and for how long."""

    # Calls at once, each of which may have a picture of 48 MiB; a client keeps what is more until then.
    streams: int = 32
    # Then the server asks the client to connect anew; gRPC's clients do so between two calls by themselves.
    age_s: float = 600.0
    # What is still being called then is ended; a call waits for a model's restart and answer at the longest.
    grace_s: float = 60.0
    # Who connects and says nothing of HTTP/2 leaves sooner than gRPC's two minutes.
    handshake_s: float = 20.0

    @property
    def options(self) -> list[tuple[str, int]]:
        """The same as gRPC has it."""
        return [
            ("grpc.max_concurrent_streams", self.streams),
            ("grpc.max_connection_age_ms", round(1000 * self.age_s)),
            ("grpc.max_connection_age_grace_ms", round(1000 * self.grace_s)),
            ("grpc.server_handshake_timeout_ms", round(1000 * self.handshake_s)),
        ]


class CallEnded(Exception):
    """A service's function ended its call with a code."""


class CallContext:
    """What the services ask of a call; they run in a thread, and the call is of the loop."""

    def __init__(self) -> None:
        self._code: grpc.StatusCode | None = None
        self.details = ""
        self.trailing: tuple[tuple[str, str], ...] = ()
        self.is_over = False

    def is_active(self) -> bool:
        """Whether anybody waits for the answer."""
        return not self.is_over

    def code(self) -> grpc.StatusCode | None:
        """The code that it was ended with."""
        return self._code

    def set_trailing_metadata(self, trailing: Sequence[tuple[str, str]]) -> None:
        """Say this beside the answer."""
        self.trailing = tuple(trailing)

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        """End the call."""
        self._code, self.details = code, details
        raise CallEnded


class GatheredServices:
    """Takes what generated code adds to a server: the functions of each service."""

    def __init__(self) -> None:
        self.services: dict[str, Mapping[str, Any]] = {}

    def add_generic_rpc_handlers(self, handlers: Sequence[Any]) -> None:
        """The same handlers once more, behind a look-up."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        """Take the functions of a service."""
        self.services[service] = handlers


class ListeningServer:
    """One server for all addresses of `--listen`, in a loop and threads of its own."""

    def __init__(
        self,
        services: GatheredServices,
        agent_health: AgentHealth,
        *,
        interceptor: grpc.ServerInterceptor,
        options: Sequence[tuple[str, int]],
        threads: int,
    ) -> None:
        self._services = services
        self._health = agent_health
        self._interceptor = interceptor
        self._options = options
        self._threads = ThreadPoolExecutor(threads, "listen")
        self._loop = asyncio.new_event_loop()
        self._runner = threading.Thread(target=self._run, name="listen", daemon=True)
        self._runner.start()
        self._server = self._in_loop(self._make())

    def bind(self, address: str) -> str:
        """Listen at an address; return it with its port."""
        host, colon, port = address.rpartition(":")
        if not (colon and host and port.isdigit() and int(port) < 1 << 16):
            raise Wrong(f"{address!r} is no HOST:PORT to listen on.", kind="socket")
        try:
            bound = self._server.add_insecure_port(address)
        except RuntimeError:
            bound = 0
        if not bound:
            raise Wrong(f"The agent cannot listen at {address}: it is in use, or not of this machine.")
        return f"{host}:{bound}"

    def start(self) -> None:
        """Answer from now on."""
        self._in_loop(self._server.start())

    def stop(self, grace_s: float) -> None:
        """Take no more calls, let those that are there have so long, and end."""
        self._in_loop(self._server.stop(grace_s))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._runner.join()
        self._threads.shutdown(wait=False)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _in_loop(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _make(self) -> Any:
        server = grpc.aio.server(options=list(self._options))
        for name, handlers in self._services.services.items():
            answers = {call: self._handler(name, call, handler) for call, handler in handlers.items()}
            server.add_registered_method_handlers(name, answers)
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, answers),))
        servicer = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
        reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)

        def tell(name: str, status: Any) -> None:
            # The loop may have ended: the last model's state at the agent's own end is told to nobody.
            if not self._loop.is_closed():
                asyncio.run_coroutine_threadsafe(servicer.set(name, status), self._loop)

        self._health.tell(tell)
        return server

    def _handler(self, service: str, call: str, handler: Any) -> Any:
        """Return a service's function as the loop calls it."""
        details = _MethodName(f"/{service}/{call}")
        counted = self._interceptor.intercept_service(lambda _: handler, details).unary_unary

        async def answer(request: Any, context: Any) -> Any:
            inside = CallContext()
            try:
                result = await self._loop.run_in_executor(self._threads, counted, request, inside)
            except CallEnded:
                await context.abort(inside.code(), inside.details)
                raise AssertionError("abort raises") from None
            finally:
                inside.is_over = True  # also where the client left: who waits for a model's turn goes then
            context.set_trailing_metadata(inside.trailing)
            return result

        return grpc.unary_unary_rpc_method_handler(
            answer,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )


@dataclass(frozen=True, slots=True)
class _MethodName:
    """What an interceptor is told of a call."""

    method: str
