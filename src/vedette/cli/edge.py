"""`vedette edge …`: models on devices."""

import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.device_tokens import find_token
from vedette.cli.edge_packages import inspect, package
from vedette.cli.edge_proofs import signing_key
from vedette.cli.edge_streams import watch as watch_stream
from vedette.cli.parts import require_part
from vedette.cli.signatures import CommandGroup, Exit, Option
from vedette.errors import Refusal, Wrong

if TYPE_CHECKING:
    from vedette.edge.agent import RunningAgent
    from vedette.edge.watch import WatchOptions

edge = CommandGroup("Models on devices beside the line, without a server.")
edge.define("watch")(watch_stream)
edge.define("package")(package)
edge.define("inspect")(inspect)
edge.define("key")(signing_key)


@edge.define("agent")
def agent(  # noqa: PLR0913  (each is an option of the command)
    models: Annotated[Path, Option(help="The folder with the models: packages, as folders or zips.")],
    socket: Annotated[
        str, Option(help="The Unix socket to answer on.")
    ] = "unix:///tmp/aws.iot.lookoutvision.EdgeAgent.sock",
    socket_group: Annotated[
        str, Option(help="The group whose members may use the socket; else that of the agent's user.")
    ] = "",
    listen: Annotated[
        list[str] | None,
        Option(help="A HOST:PORT to answer on too, unencrypted and for everybody; may be repeated."),
    ] = None,
    start: Annotated[
        list[str] | None, Option(help="A model to start with the agent; may be repeated.")
    ] = None,
    max_answer: Annotated[
        int, Option(help="Bytes that clients receive in an answer; a larger mask is left out.", min=65536)
    ] = 4194304,
    threads: Annotated[int, Option(help="Processor threads a model; 0 for every core.", min=0)] = 0,
    memory: Annotated[int, Option(help="MiB of memory that a model may take.", min=256)] = 2048,
    status: Annotated[
        str,
        Option(help="A HOST:PORT of this machine for the status page and figures, such as 127.0.0.1:9464."),
    ] = "",
    watch: Annotated[
        Path | None, Option(help="A folder that a camera drops pictures into; each is looked at.")
    ] = None,
    out: Annotated[Path | None, Option(help="The folder for the answers of --watch, as JSON.")] = None,
    watch_model: Annotated[
        str, Option(help="The model of --watch; not needed where one --start is given.")
    ] = "",
    move: Annotated[
        bool, Option("--move", help="Move pictures from --watch into folders of --out by their verdict.")
    ] = False,
    server: Annotated[
        str, Option(help="A Vedette server to report to and take models from, such as https://HOST:8443.")
    ] = "",
    token_file: Annotated[
        Path | None,
        Option(
            help="The file with the token that the server gave for this device, which is needed the first "
            "time alone; the environment variable VEDETTE_DEVICE_TOKEN may hold the token instead."
        ),
    ] = None,
    token: Annotated[
        str, Option(help="The token itself: every user of the machine can read it while the agent runs.")
    ] = "",
    server_ca: Annotated[
        Path | None, Option(help="Certificates to trust the server by, where the system's do not.")
    ] = None,
    poll: Annotated[
        float, Option(help="Seconds between two reports to --server; 0 leaves it to the server.", min=0)
    ] = 0.0,
    require_signature: Annotated[
        list[str] | None,
        Option(help="A server's public key; models that none of these signed are refused. May be repeated."),
    ] = None,
) -> None:
    """Answer over gRPC as Lookout for Vision's Edge Agent did, until it is stopped.

    Models are STOPPED until a client starts them, or --start does.
    """
    require_part("edge")
    from vedette.edge.agent import AgentOptions, run
    from vedette.edge.over_the_air import ServerOptions
    from vedette.edge.process import ProcessLimits

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    options = AgentOptions(
        models=models,
        socket=socket,
        socket_group=socket_group,
        listen=tuple(listen or ()),
        start=tuple(start or ()),
        most_answer=max_answer,
        limits=ProcessLimits(threads=threads, memory=memory << 20),
        status=status,
        keys=tuple(require_signature or ()),
    )
    try:
        if server:
            secret = find_token(token, token_file, os.environ)
            options = replace(options, server=ServerOptions(server, secret, server_ca, poll))
        if watch is not None or out is not None:
            options = replace(options, watch=_watch_options(watch, out, watch_model, start or [], move))
        run(options, _announce)
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise Exit(2) from None


def _watch_options(
    watch: Path | None, out: Path | None, model: str, start: list[str], moves: bool
) -> "WatchOptions":
    from vedette.edge.watch import WatchOptions

    if watch is None or out is None:
        raise Wrong("--watch and --out go together: the folder of the pictures, and that of the answers.")
    if not model and len(start) != 1:
        raise Wrong("Name the model that looks at the pictures: --watch-model NAME.")
    return WatchOptions(watch, out, model or start[0], moves)


def _announce(running: "RunningAgent") -> None:
    names = [report.name for report in running.models.reports()]
    print(f"The agent answers at {', '.join(running.addresses)}")
    if running.page:
        print(f"Status and figures: {running.page}")
    print(f"Models: {', '.join(names) or 'none yet'}", flush=True)
