"""Write the pages of docs/reference that are computed from the code; tests hold them to it."""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

sys.path.insert(0, str(Path(__file__).parent))

from draw_house import house_picture

from vedette import errors
from vedette.api.operations import OperationsDoor
from vedette.api.permissions import Permission
from vedette.api.s3.permissions import PERMISSIONS as S3
from vedette.cli.main import app
from vedette.evaluation.codec import shapes_of
from vedette.evaluation.document import Evaluation
from vedette.evaluation.schema import dataclasses_in, json_schema, kind_in_words, summary
from vedette.server.doors import SERVICES
from vedette.server.observe import Metrics
from vedette.settings import Settings
from vedette.wire import models

PLACE = Path(__file__).parent.parent / "docs" / "reference"
DECISIONS = PLACE.parent / "decisions"
COMPUTED = "<!-- Computed by `make docs`; edit tools/write_reference.py, not this page. -->\n\n"
DOORS = tuple(door for door in SERVICES if isinstance(door, OperationsDoor))


def operations_page() -> str:
    """Return every operation of the services with its state."""
    lines = [
        "# Operations\n",
        "An operation that is not supported yet says so by name, as `UnsupportedOperationException`, and in",
        "Query as `UnsupportedOperation`. Lookout for Vision, CloudFormation and Lambda know no such error:",
        "they say it as `ValidationException`, `ValidationError` and `InvalidParameterValueException`.",
        "S3 has a page of its own: [s3.md](s3.md).\n",
    ]
    for door in DOORS:
        answered = door.operations
        names = sorted(answered) if door.name == "sts" else sorted(models.operations(door.name))
        others = sorted({*models.all_operations(door.name)} - {*names})
        count = sum(name in answered for name in names)
        lines += [f"## {door.title}\n", f"{count} of {len(names)} answer.\n"]
        lines += ["| operation | state |", "|---|---|"]
        lines += [
            f"| `{name}` | {'answers' if name in answered else 'not supported yet'} |" for name in names
        ]
        if others:
            lines.append(
                f"\nThe service's others are not supported: {', '.join(f'`{name}`' for name in others)}."
            )
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
        default_text = "" if default is None or str(default) in ("", "**********") else f"`{default}`"
        lines.append(f"| `VEDETTE_{name.upper()}` | {default_text} | {field.description} |")
    return COMPUTED + "\n".join(lines) + "\n"


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    children = getattr(command, "commands", None)
    if not children:
        yield path, command
        return
    for name in sorted(children):
        yield from _commands(children[name], f"{path} {name}")


def commands_page() -> str:
    """Return every command with its summary and its parameters."""
    commands = list(_commands(app, "vedette"))
    lines = [
        "# Commands\n",
        "`--help` after any of them says more. The Tab key completes them in bash after",
        '`eval "$(_VEDETTE_COMPLETE=bash_source vedette)"`; others: `zsh_source`, `fish_source`.\n',
        "| command | what it does |",
        "|---|---|",
    ]
    lines += [
        f"| `{path}` | {(command.help or '').strip().partition(chr(10))[0]} |" for path, command in commands
    ]
    lines += ["\n## Parameters\n", "What stands in brackets may be left out; after `=` what holds then.\n"]
    lines += [f"- `{path}`: {_parameters(command)}" for path, command in commands]
    return COMPUTED + "\n".join(lines) + "\n"


def _parameters(command: click.Command) -> str:
    context = click.Context(command)
    parameters = [item for item in command.get_params(context) if "--help" not in item.opts]
    return " ".join(f"`{_usage(item, context)}`" for item in parameters) or "none"


def _usage(parameter: click.Parameter, context: click.Context) -> str:
    """Return a parameter as a synopsis has it: names, kind of value, bounds, and what holds without it."""
    metavar = parameter.make_metavar(context).removesuffix(" RANGE")
    if isinstance(parameter, click.Argument):
        return metavar
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    text = "/".join([*parameter.opts, *parameter.secondary_opts]) + ("" if flag else f" {metavar}")
    if isinstance(parameter.type, click.IntRange | click.FloatRange):
        least, most = ("" if end is None else str(end) for end in (parameter.type.min, parameter.type.max))
        text += f" {least}…{most}"
    if parameter.multiple:
        text += " …"
    default = parameter.to_info_dict()["default"]
    has_default = not flag and isinstance(default, str | int | float | Path) and default != ""
    text += f" = {default}" if has_default or default is True else ""
    return text if parameter.required else f"[{text}]"


def refusals_page() -> str:
    """Return every refusal with what each dialect makes of it."""
    head = ["# Refusals\n", "What a room refuses with, and the code that each dialect answers.\n"]
    services = [door.name for door in DOORS]
    lines = [*head, f"| refusal | means | {' | '.join(services)} |", "|---|---|" + "---|" * len(services)]
    for refusal in errors.Refusal.__subclasses__():
        codes = [door.translate(refusal("…")) for door in DOORS]
        cells = " | ".join(f"`{fault.code}` {fault.status}" for fault in codes)
        lines.append(f"| {refusal.__name__} | {(refusal.__doc__ or '').strip()} | {cells} |")
    return COMPUTED + "\n".join(lines) + "\n"


def metrics_page() -> str:
    """Return every figure of /metrics."""
    lines = [
        "# Figures\n",
        "At `/metrics`, as Prometheus reads them: for this machine, or with the token of"
        " `VEDETTE_METRICS_TOKEN` ([serve-to-others.md](../how-to/serve-to-others.md)).\n",
        "| figure | labels | what it is |",
        "|---|---|---|",
    ]
    for metric in Metrics().__dict__.values():
        if hasattr(metric, "_documentation"):
            described = metric.describe()[0]
            labels = ", ".join(metric._labelnames)
            lines.append(f"| `{described.name}` ({described.type}) | {labels} | {described.documentation} |")
    return COMPUTED + "\n".join(lines) + "\n"


RIGHTS: tuple[tuple[str, Mapping[str, tuple[Permission, ...]]], ...] = (
    *((door.title, door.permissions) for door in DOORS if door.permissions),
    ("S3", S3),
)


PERMISSIONS_HEAD = """# Permissions

Which right each operation asks for: what stands in `Action` and `Resource` of a policy. Words in capitals
differ from thing to thing. A resource that is no ARN here begins with `arn:aws:SERVICE:REGION:ACCOUNT:`;
where it is `*`, only `*` means it. What is read and written for a caller is judged when that happens, with
the rights that the caller has then.

Conditions may ask about the keys of the last column, and about those of every request: `aws:CurrentTime`,
`aws:EpochTime`, `aws:SourceIp`, `aws:SecureTransport`, `aws:UserAgent`, `aws:Referer`, `aws:RequestedRegion`,
`aws:ViaAWSService`, `aws:ResourceAccount`, and all that speak of the caller: `aws:PrincipalArn`,
`aws:PrincipalAccount`, `aws:PrincipalType`, `aws:PrincipalTag/KEY`, `aws:userid`, `aws:username`,
`aws:TokenIssueTime`, `aws:MultiFactorAuthPresent`, `aws:SourceIdentity`. [policies.md](policies.md) says how
they are judged.
"""
PERMISSIONS_END = """## Security Token Service

`GetCallerIdentity` and `GetSessionToken` ask for nothing. `GetAccessKeyInfo` asks for `sts:GetAccessKeyInfo`
on `*`. `AssumeRole` asks for `sts:AssumeRole` on the ARN of the role, with tags for `sts:TagSession`,
and with a source identity for `sts:SetSourceIdentity`; the trust policy of the role must allow the same.
"""


def permissions_page() -> str:
    """Return the rights that each operation asks for."""
    lines = [PERMISSIONS_HEAD]
    for title, table in RIGHTS:
        lines += [f"## {title}\n", "| operation | action | resource | when | condition keys |"]
        lines.append("|---|---|---|---|---|")
        for name in sorted(table):
            lines += [_right("" if number else name, right) for number, right in enumerate(table[name])]
        lines.append("")
    return COMPUTED + "\n".join([*lines, PERMISSIONS_END])


def _right(name: str, right: Permission) -> str:
    condition = f"{right.condition} (when it happens)" if right.is_later else right.condition
    keys = ", ".join(f"`{key}`" for key in right.keys)
    operation = f"`{name}`" if name else ""
    return f"| {operation} | `{right.action}` | `{right.resource}` | {condition} | {keys} |"


EVALUATION_HEAD = """# evaluation.json

How well a model does on its test part, picture by picture: one document, of one of five kinds by its `task`.
`evaluation.json` of [a model package](package.md) is one. [evaluation.schema.json](evaluation.schema.json)
says the same to programs, as JSON Schema (draft 2020-12): other languages can take their types from it.

Confidences and shares are 0 to 1; boxes are in shares of the upright picture. A field that *may be missing*
says so; every other is there. Pass over a field that you do not know: a later release may have added it. What
changes a field's meaning gets another `format`. Documents of earlier releases are read.
"""


def evaluation_page() -> str:
    """Return every kind of evaluation, and what it is made of, field by field."""
    lines = [EVALUATION_HEAD]
    for kind in dataclasses_in(Evaluation):
        lines += [
            f"## {kind.__name__}\n",
            f"{summary(kind)}\n",
            "| field | kind | meaning |",
            "|---|---|---|",
        ]
        for shape in shapes_of(kind):
            lack = "; *may be missing*" if shape.may_lack and shape.name != "format" else ""
            lines.append(f"| `{shape.name}` | {kind_in_words(shape.kind)}{lack} | {shape.meaning} |")
        lines.append("")
    return COMPUTED.replace("tools/write_reference.py", "src/vedette/evaluation/document.py") + "\n".join(
        lines
    )


def evaluation_schema() -> str:
    """Return the JSON Schema of an evaluation."""
    described = "How well a model does on its test part. Computed by `make docs`."
    schema = json_schema(Evaluation, title="Evaluation", description=described)
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


DECISION = re.compile(
    r"# (\d{4}): (.+)\n\n(\d{4}-\d\d-\d\d) · (accepted|superseded by \d{4}) · ([a-z ]+)\n\n\S"
)


def decisions_page() -> str:
    """Return every decision by topic, the newest first within each."""
    topics: dict[str, list[str]] = {}
    for path in sorted(DECISIONS.glob("[0-9]*.md"), reverse=True):
        head = DECISION.match(path.read_text("utf-8"))
        if head is None:
            raise SystemExit(f"{path.name} has no head of the form that docs/decisions/0001 has.")
        number, title, date, state, topic = head.groups()
        remark = "" if state == "accepted" else f" ({state})"
        topics.setdefault(topic, []).append(f"- [{number}]({path.name}) {title}{remark}, {date}")
    form = "Context, decision, what it costs, what would change it. Never edited, only superseded."
    lines = ["# Decisions\n", form]
    for topic, entries in sorted(topics.items()):
        lines += [f"\n## {topic.capitalize()}\n", *entries]
    return COMPUTED + "\n".join(lines) + "\n"


PAGES = {
    "permissions.md": permissions_page,
    "operations.md": operations_page,
    "settings.md": settings_page,
    "commands.md": commands_page,
    "refusals.md": refusals_page,
    "metrics.md": metrics_page,
    "evaluation.md": evaluation_page,
    "evaluation.schema.json": evaluation_schema,
    "../decisions/README.md": decisions_page,
    "../house.svg": house_picture,
}


def main() -> int:
    """Write every page."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (PLACE / name).write_text(page(), "utf-8")
    print(f"Written: {', '.join(PAGES)}, seen from docs/reference.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
