"""`vedette serve`: start the server in the foreground."""

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.parts import has_part, require_part, sentence_for
from vedette.cli.showing import command
from vedette.cli.signatures import Exit, Option
from vedette.errors import Refusal

if TYPE_CHECKING:
    from vedette.settings import Settings


def serve(  # noqa: PLR0913  (the options that people type)
    data: Annotated[Path | None, Option(help="The folder that holds everything.")] = None,
    host: Annotated[str | None, Option(help="The address to listen on.")] = None,
    host_name: Annotated[
        list[str] | None, Option(help="A further name of this server; may be repeated.")
    ] = None,
    port: Annotated[int | None, Option(help="The port to listen on; 0 takes a free one.")] = None,
    tls_cert: Annotated[Path | None, Option(help="A certificate (PEM), to serve https.")] = None,
    tls_key: Annotated[Path | None, Option(help="Its key (PEM).")] = None,
    tls: Annotated[str, Option(help="'self' creates a self-signed certificate.")] = "",
) -> None:
    """Start the server, and print its address and what to type next."""
    require_part("server")
    if not has_part("train"):
        print(f"Trainings will fail here. {sentence_for('train')}", file=sys.stderr)
    # The server's own imports are the larger part of a start; other commands do without them. None of it
    # is garbage: the collector, a tenth of that time, begins when the server is ready (server/run.py).
    gc.disable()
    from vedette.server.run import choose_tls
    from vedette.server.run import serve as run
    from vedette.settings import read_settings
    from vedette.store.disk import disk_refusal

    try:
        settings = read_settings(
            data=data, host=host, port=port, host_names=",".join(host_name) if host_name else None
        )
        certificate = choose_tls(settings, tls_cert, tls_key, tls)
        run(
            settings,
            tls=certificate,
            # Only to a person: the output of a service is a log, which others may read.
            gives_link=sys.stdout.isatty(),
            announce=lambda address, link: print(welcome(settings, address, link), flush=True),
        )
    except (Refusal, ValueError) as error:
        print(error, file=sys.stderr)
        raise Exit(2) from None
    except Exception as error:
        disk = disk_refusal(error)
        sentence = _starved(error) if disk is None else disk.sentence
        if not sentence:
            raise
        print(sentence, file=sys.stderr)
        raise Exit(2) from None
    finally:
        gc.enable()


def _starved(error: Exception) -> str:
    """Say that the system gave the server too little to start; nothing where it was something else."""
    is_threads = isinstance(error, RuntimeError) and "can't start new thread" in str(error)
    if not (is_threads or isinstance(error, MemoryError)):
        return ""
    lacking = "threads" if is_threads else "memory"
    return (
        f"The system gives the server no more {lacking}: raise the limits of its memory and processes "
        "(ulimit -v and -u, LimitAS and TasksMax of a service, a container's --memory and --pids-limit)."
    )


def welcome(settings: "Settings", address: str, link: str = "") -> str:
    """Return the text that is printed once the server answers."""
    lines = [
        f"Vedette answers at {address}",
        f"Credentials lie in {settings.data / 'credentials.json'} (readable by you alone).",
        "",
        *_console_lines(settings, link),
        "",
        "In another terminal:",
        f'  eval "$({command()} credentials{_data_option(settings)})"',
        f"  export AWS_ENDPOINT_URL={address}",
    ]
    if address.startswith("https"):
        lines.append(f"  export AWS_CA_BUNDLE={settings.data / 'tls' / 'self.crt'}   # with --tls self")
    lines += [
        "  aws rekognition create-project --project-name first",
        "  aws rekognition describe-projects",
        "",
        f"`{command()} sdk install` makes clients know lookoutvision again. Ctrl-C stops the server.",
    ]
    return "\n".join(lines)


def _console_lines(settings: "Settings", link: str) -> list[str]:
    if not link:
        return [
            f"The console: `{command()} console{_data_option(settings)}` prints a link that signs you in."
        ]
    return ["The console, signed in (the link works once, within the hour):", f"  {link}"]


def _data_option(settings: "Settings") -> str:
    return "" if settings.data == Path("vedette-data") else f" --data {settings.data}"
