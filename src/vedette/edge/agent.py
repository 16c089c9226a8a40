"""The agent: puts models, services and sockets together, runs until it is told to stop.

It loads no model itself (worker.py does), and reaches for no network but the server that it was told of.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc

from vedette.edge.catalogue import Catalogue
from vedette.edge.device_models import DeviceModels
from vedette.edge.figures import AgentFigures, CountingInterceptor
from vedette.edge.health import AgentHealth
from vedette.edge.installed import InstalledModels
from vedette.edge.labels_servicer import EdgeLabelsServicer
from vedette.edge.listening import GatheredServices, ListeningServer, ListenLimits
from vedette.edge.memory import reuse_freed_memory
from vedette.edge.notify import notified_systemd
from vedette.edge.over_the_air import OnDevice, OverTheAir, ServerOptions, following_orders
from vedette.edge.process import ProcessLimits
from vedette.edge.protos import edge_agent_pb2_grpc, vedette_edge_pb2_grpc
from vedette.edge.rasters import CHANNELS, MOST_SIDE
from vedette.edge.served import MOST_WAITING
from vedette.edge.servicer import MOST_ANSWER, DeviceServicer
from vedette.edge.sockets import DEFAULT, UMASK, claimed_socket, open_to_group, socket_path
from vedette.edge.status_page import StatusPages, served_pages
from vedette.edge.watch import FolderWatch, WatchOptions, watching
from vedette.errors import Refusal, Wrong
from vedette.runtime.signatures import read_key

log = logging.getLogger("vedette.edge")

# The largest bitmap, and what stands beside it in a message.
MOST_REQUEST = MOST_SIDE * MOST_SIDE * CHANNELS + (1 << 20)
# A thread for each call that waits for a model, and some for those that ask about models and stop them.
THREADS = MOST_WAITING + 32
# A call holds its thread from its head on, also where no message ever follows: one client has not all.
MOST_OF_A_CLIENT = MOST_WAITING + 4
SIZES = [("grpc.max_receive_message_length", MOST_REQUEST), ("grpc.max_send_message_length", -1)]
# Of freed memory so much is kept: a message of 576 × 768 pixels, its picture and a mask, for two calls.
MOST_FREE_BYTES = 8 << 20
# Calls that are being answered when the agent is stopped get so long.
GRACE_S = 10.0


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """How an agent runs."""

    models: Path
    socket: str = DEFAULT
    socket_group: str = ""
    listen: Sequence[str] = ()
    listen_limits: ListenLimits = field(default_factory=ListenLimits)
    start: Sequence[str] = ()
    most_answer: int = MOST_ANSWER
    limits: ProcessLimits = field(default_factory=ProcessLimits)
    status: str = ""
    watch: WatchOptions | None = None
    server: ServerOptions | None = None
    # Of which one has to have signed each model; where there are none, nobody has to.
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentServices:
    """What an agent answers, whichever server takes the calls."""

    models: DeviceModels
    figures: AgentFigures
    health: AgentHealth
    most_answer: int

    @property
    def interceptor(self) -> CountingInterceptor:
        """What counts the calls."""
        return CountingInterceptor(self.figures)

    def add_to(self, server: Any) -> None:
        """Add the two services to a server."""
        servicer = DeviceServicer(self.models, most_answer=self.most_answer)
        edge_agent_pb2_grpc.add_EdgeAgentServicer_to_server(servicer, server)
        vedette_edge_pb2_grpc.add_EdgeServicer_to_server(EdgeLabelsServicer(self.models), server)


@dataclass(frozen=True, slots=True)
class RunningAgent:
    """An agent that answers: at which addresses, its models, and where its status page is, if anywhere."""

    addresses: tuple[str, ...]
    models: DeviceModels
    page: str = ""


@contextmanager
def running_agent(options: AgentOptions) -> Iterator[RunningAgent]:
    """Answer calls while the block runs.

    Raises:
        Refusal: when it cannot begin, with the reason.
    """
    path = socket_path(options.socket)
    reuse_freed_memory(MOST_FREE_BYTES)
    health = AgentHealth()
    keys = tuple(read_key(text) for text in options.keys)
    installed = InstalledModels(options.models)
    catalogue = Catalogue(options.models, installed.on_disk, tuple(map(str, keys)))
    models = DeviceModels(catalogue, options.limits, health.observe)
    figures = AgentFigures(models)
    with claimed_socket(path, options.socket_group), ExitStack() as ending:
        services = AgentServices(models, figures, health, options.most_answer)
        server = _server(services)
        ending.callback(models.close)
        ending.callback(lambda: server.stop(GRACE_S).wait())
        bound = _bind_socket(server, path, options.socket_group)
        network = _listening(services, options) if options.listen else None
        if network is not None:
            ending.callback(network.stop, GRACE_S)
        addresses = (bound, *(network.bind(address) for address in options.listen if network))
        watch = FolderWatch(options.watch, models) if options.watch else None
        page = ""
        if options.status:
            pages = StatusPages(models, figures, addresses)
            page = ending.enter_context(served_pages(pages, options.status))
        device = OnDevice(models, figures, installed, options.limits, keys)
        ending.callback(installed.close)
        orders = None if options.server is None else OverTheAir(options.server, device)
        server.start()
        if network is not None:
            network.start()
        for name in dict.fromkeys((*options.start, *installed.on_disk())):
            _start(models, name)
        if orders is not None:
            ending.enter_context(following_orders(orders))
        if watch is not None:
            ending.enter_context(watching(watch))
        yield RunningAgent(addresses, models, page)


def run(options: AgentOptions, announce: Callable[[RunningAgent], None]) -> None:
    """Answer calls until SIGTERM or Ctrl-C."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with running_agent(options) as agent, notified_systemd():
        announce(agent)
        ended.wait()


def _server(services: AgentServices) -> Any:
    """Return the server of the socket, whose clients are its user and group."""
    server = grpc.server(
        ThreadPoolExecutor(THREADS, "call"),
        interceptors=(services.interceptor,),
        options=[*SIZES, ("grpc.max_concurrent_streams", MOST_OF_A_CLIENT)],
    )
    services.add_to(server)
    services.health.add_to(server)
    return server


def _listening(services: AgentServices, options: AgentOptions) -> ListeningServer:
    """Return the server of the network: with threads of its own, it takes none from the socket's clients."""
    functions = GatheredServices()
    services.add_to(functions)
    return ListeningServer(
        functions,
        services.health,
        interceptor=services.interceptor,
        # Without the last, a second agent on the port would take every other call.
        options=[*SIZES, *options.listen_limits.options, ("grpc.so_reuseport", 0)],
        threads=THREADS,
    )


def _bind_socket(server: Any, path: Path, group: str) -> str:
    before = os.umask(UMASK)
    try:
        server.add_insecure_port(f"unix:{path}")
    except RuntimeError as error:
        raise Wrong(f"The agent cannot listen at {path}.", kind="socket") from error
    finally:
        os.umask(before)
    open_to_group(path, group)
    return f"unix://{path}"


def _start(models: DeviceModels, name: str) -> None:
    """Start a model that was named at the start; where it cannot be, the others still can."""
    try:
        models.start(name)
    except Refusal as refusal:
        log.warning("%s was not started: %s", name, refusal.sentence)
