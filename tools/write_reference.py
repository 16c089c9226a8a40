"""Write the pages of docs/reference that are computed from the code; tests hold them to it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.main import get_command

from vedette import errors
from vedette.api import lookout, own, rekognition, sts
from vedette.cli.main import app
from vedette.server.observe import Figures
from vedette.settings import Settings
from vedette.wire import models

PLACE = Path(__file__).parent.parent / "docs" / "reference"
COMPUTED = "<!-- Computed by `make docs`; edit tools/write_reference.py, not this page. -->\n\n"
DIALECTS = (
    ("rekognition", "Amazon Rekognition Custom Labels", rekognition),
    ("lookoutvision", "Amazon Lookout for Vision", lookout),
    ("sts", "Security Token Service", sts),
    ("vedette", "Vedette's own", own),
)


def operations_page() -> str:
    """Return every operation of the services with its state."""
    lines = [
        "# Operations\n",
        "An operation that is not built yet says so with its name, as `UnsupportedOperationException`; for",
        "programs of Lookout for Vision, which know no such error, as `ValidationException`.",
        "S3 has a page of its own: [s3.md](s3.md).\n",
    ]
    for service, title, dialect in DIALECTS:
        names = sorted(dialect.OPERATIONS) if service == "sts" else sorted(models.operations(service))
        built = sum(name in dialect.OPERATIONS for name in names)
        lines += [f"## {title}\n", f"{built} of {len(names)} answer.\n", "| operation | state |", "|---|---|"]
        lines += [
            f"| `{name}` | {'answers' if name in dialect.OPERATIONS else 'not built yet'} |" for name in names
        ]
        lines.append("")
    return COMPUTED + "\n".join(lines).rstrip() + "\n"


def settings_page() -> str:
    """Return every setting with its default."""
    lines = [
        "# Settings\n",
        "Each is an environment variable; `vedette serve` takes the common ones as options too.\n",
        "| variable | default | what it is |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        shown = "" if default is None or str(default) in ("", "**********") else f"`{default}`"
        lines.append(f"| `VEDETTE_{name.upper()}` | {shown} | {field.description} |")
    return COMPUTED + "\n".join(lines) + "\n"


def _commands(
    command: "typer.core.TyperCommand | typer.core.TyperGroup", path: str
) -> Iterator[tuple[str, str]]:
    children = getattr(command, "commands", None)
    if not children:
        yield path, (command.help or "").strip().split("\n")[0]
        return
    for name in sorted(children):
        yield from _commands(children[name], f"{path} {name}")


def commands_page() -> str:
    """Return every command with its summary."""
    lines = [
        "# Commands\n",
        "`--help` after any of them says more.\n",
        "| command | what it does |",
        "|---|---|",
    ]
    lines += [f"| `{path}` | {summary} |" for path, summary in _commands(get_command(app), "vedette")]
    return COMPUTED + "\n".join(lines) + "\n"


def refusals_page() -> str:
    """Return every refusal with what each dialect makes of it."""
    head = ["# Refusals\n", "What a room refuses with, and the code that each dialect answers.\n"]
    services = [service for service, _, _ in DIALECTS]
    lines = [*head, f"| refusal | means | {' | '.join(services)} |", "|---|---|" + "---|" * len(services)]
    for refusal in errors.Refusal.__subclasses__():
        codes = [dialect.translate(refusal("…")) for _, _, dialect in DIALECTS]
        cells = " | ".join(f"`{fault.code}` {fault.status}" for fault in codes)
        lines.append(f"| {refusal.__name__} | {(refusal.__doc__ or '').strip()} | {cells} |")
    return COMPUTED + "\n".join(lines) + "\n"


def metrics_page() -> str:
    """Return every figure of /metrics."""
    lines = [
        "# Figures\n",
        "At `/metrics`, as Prometheus reads them.\n",
        "| figure | labels | what it is |",
        "|---|---|---|",
    ]
    for metric in Figures().__dict__.values():
        if hasattr(metric, "_documentation"):
            described = metric.describe()[0]
            labels = ", ".join(metric._labelnames)
            lines.append(f"| `{described.name}` ({described.type}) | {labels} | {described.documentation} |")
    return COMPUTED + "\n".join(lines) + "\n"


PAGES = {
    "operations.md": operations_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "refusals.md": refusals_page,
    "metrics.md": metrics_page,
}


def main() -> int:
    """Write every page."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (PLACE / name).write_text(page(), "utf-8")
    print(f"written: {', '.join(PAGES)} in docs/reference")
    return 0


if __name__ == "__main__":
    sys.exit(main())
