"""Start the server, say where it is, and stop it in good order."""

import asyncio
import contextlib
import gc
import os
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

import vedette
from vedette.clock import system_clock
from vedette.errors import Wrong
from vedette.server.app import Application
from vedette.server.connections import ConnectionLimiter, connection_limit
from vedette.server.guard import GuardedProtocol
from vedette.server.heaps import share_heap
from vedette.server.holding import LOCK
from vedette.server.installation import check_folder, in_a_sentence
from vedette.server.lifecycle import open_house
from vedette.server.observe import set_up_logging
from vedette.server.spans import spans_of
from vedette.server.tls import name_within, own_certificate
from vedette.settings import Settings
from vedette.store.modes import private
from vedette.telemetry.sending import open_telemetry

# An upload under way may end; after this a stop no longer waits for it.
GRACE_S = 30
# How long a thread that computes may keep the others waiting; Python's 5 ms, several times a request, are
# most of what an import of a large manifest costs other callers (decision 0246).
SWITCH_S = 0.0005
# What a TLS client has for its handshake: two round trips and a signature.
HANDSHAKE_S = 10.0
# Mozilla's "intermediate" (guidelines 5.7) but for DHE, which needs parameters of its own: of TLS 1.2 what is
# forward secret and authenticated. TLS 1.3 brings its own; older versions Python does not speak.
CIPHERS = ":".join(
    f"ECDHE-{key}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for key in ("ECDSA", "RSA")
)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """The certificate and the key to serve https with."""

    certificate: Path
    key: Path
    is_own: bool = False
    """Whether the server made them itself, so that nobody trusts them who is not told to."""


def choose_tls(settings: Settings, certificate: Path | None, key: Path | None, tls: str) -> TlsFiles | None:
    """Return what to serve https with, or None for plain http."""
    if tls == "self" and (certificate is not None or key is not None):
        raise Wrong("--tls self makes a certificate of its own; --tls-cert and --tls-key name another.")
    if tls == "self":
        with in_a_sentence(settings.data), private():
            check_folder(settings.data, makes=True)
            names = [settings.host, *(name.strip() for name in settings.host_names.split(","))]
            paths = own_certificate(settings.data / "tls", names=names, clock=system_clock)
        return _usable(TlsFiles(*paths, is_own=True))
    if tls:
        raise Wrong(f"--tls takes 'self'; {tls!r} is none. For files use --tls-cert and --tls-key.")
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise Wrong("--tls-cert and --tls-key go together.")
    return _usable(TlsFiles(certificate, key))


def _usable(tls: TlsFiles) -> TlsFiles:
    """Return the pair, if it is one: better refused here than at the first client's handshake."""
    for file in (tls.certificate, tls.key):
        if not file.is_file():
            raise Wrong(f"There is no file {file}.")
        try:
            file.read_bytes()
        except OSError as error:
            raise Wrong(f"{file} cannot be read: {error.strerror}.") from None
    try:
        # A key with a passphrase would ask the terminal for it, which a service does not have.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls.certificate, tls.key, _no_passphrase)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise Wrong(f"The key {tls.key} is not the one of the certificate {tls.certificate}.") from None
        raise Wrong(
            f"{tls.certificate} and {tls.key} cannot be used: they are no certificate and key in PEM form."
        ) from None
    return tls


def _no_passphrase() -> str:
    raise Wrong("The key of --tls-key has a passphrase: write it without one, readable by its owner alone.")


def bind(settings: Settings) -> socket.socket:
    """Return a socket that listens; a port in use is said before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        address = f"{settings.host}:{settings.port}"
        raise Wrong(
            f"Cannot listen on {address}: {error.strerror or error}. Is another server running there? "
            f"Choose another port with --port."
        ) from None
    return listener


class AnnouncingServer(uvicorn.Server):
    """uvicorn's server, which says so once it answers, and before it stops answering."""

    def __init__(self, config: uvicorn.Config, application: Application, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._application = application
        self._ready = ready
        self._limiter = ConnectionLimiter(connection_limit())

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so.

        The sockets are ours to open: uvicorn would wait a minute for a TLS handshake.
        """
        await self._application.open()
        await super().startup([])
        for listener in sockets or []:
            self.servers.append(await self._listen(listener))
        self._application.ready = True
        self._ready()

    async def _listen(self, listener: socket.socket) -> asyncio.Server:
        config = self.config
        return await asyncio.get_running_loop().create_server(
            lambda: GuardedProtocol(config, self.server_state, self.lifespan.state, limiter=self._limiter),
            sock=listener,
            ssl=config.ssl,
            ssl_handshake_timeout=HANDSHAKE_S if config.ssl else None,
            backlog=config.backlog,
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal, and end well: uvicorn would die of it before the house is closed."""
        with super().capture_signals():
            try:
                yield
            finally:
                self._captured_signals.clear()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so, then finish what is under way."""
        self._application.ready = False
        await super().shutdown(sockets)
        await self._application.leave()


def serve(
    settings: Settings,
    *,
    tls: TlsFiles | None = None,
    gives_link: bool = False,
    announce: Callable[[str, str], None],
) -> None:
    """Serve until told to stop.

    `announce` gets the address once requests will be answered, and a link that signs in once, if wanted.
    """
    set_up_logging(settings.log)
    share_heap()
    with (
        contextlib.closing(bind(settings)) as listener,
        open_house(settings) as house,
        contextlib.closing(Application(house)) as application,
        contextlib.ExitStack() as closing,
    ):
        telemetry = open_telemetry(os.environ, application.metrics.registry, vedette.__version__)
        if telemetry is not None:
            closing.callback(telemetry.close)
            application.spans = spans_of(telemetry)
        config = uvicorn.Config(
            application,
            http=GuardedProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE_S,
            backlog=1024,
            ssl_certfile=str(tls.certificate) if tls else None,
            ssl_keyfile=str(tls.key) if tls else None,
            ssl_ciphers=CIPHERS,
        )
        port = listener.getsockname()[1]
        address = f"{'https' if tls else 'http'}://{_host_for_people(settings.host)}:{port}"

        def ready() -> None:
            prepare_interpreter()
            # Into the lock: for commands that run beside the server.
            (house.settings.data / LOCK).write_text(f"{address}\n", "utf-8")
            if house.roll is not None:
                house.roll.certificate = tls.certificate if tls else None
                house.roll.inner_address = _inner_address(tls, _host_for_people(settings.host), port)
                # Whoever waits for the address finds the others there.
                house.roll.address = address
            link = house.identity.console.create_link(house.settings.account) if gives_link else ""
            announce(address, console_address(address, link) if link else "")

        server = AnnouncingServer(config, application, ready)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _inner_address(tls: TlsFiles | None, host: str, port: int) -> str:
    """Return where programs of this machine find the server: under a name that its certificate has."""
    if tls is None:
        return f"http://{host}:{port}"
    name = name_within(tls.certificate, host.strip("[]"))
    return f"https://{f'[{name}]' if ':' in name else name}:{port}"


def console_address(address: str, link: str) -> str:
    """Return where a browser signs in: the token stands after the #, which browsers never send."""
    return f"{address}/console/#link={link}"


def prepare_interpreter() -> None:
    """Let threads take short turns, and leave what the start has made to itself.

    It is never garbage: to look through it again took 66 ms each time, in which nobody was answered.
    """
    sys.setswitchinterval(SWITCH_S)
    gc.freeze()
    gc.enable()


def _host_for_people(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104  (a comparison: such a host is nowhere to go to)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
