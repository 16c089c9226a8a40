"""The command `vedette` and its commands; each is a function, or a module with its own small app.

What a command needs beyond the light install is imported when it runs, so that `vedette --help` is quick and
`vedette detect` works without the parts that learn and serve.
"""

import sys
from collections.abc import Callable

import click

import vedette
from vedette.cli import (
    alias,
    batch_jobs,
    cluster,
    dataset,
    devices,
    feedback,
    groups,
    keys,
    loop,
    notifications,
    policies,
    roles,
    sdk,
    sessions,
    trials,
    users,
)
from vedette.cli.audit import audit
from vedette.cli.backbones import backbone
from vedette.cli.backup import backup, restore
from vedette.cli.console import console
from vedette.cli.convert import convert_model
from vedette.cli.copying import copy_projects
from vedette.cli.credentials import credentials
from vedette.cli.demo import demo
from vedette.cli.detect import detect
from vedette.cli.doctor import doctor
from vedette.cli.edge import edge
from vedette.cli.encryption_keys import encryption_keys
from vedette.cli.evaluate import evaluate
from vedette.cli.everyday import completion, find, man, open_console
from vedette.cli.examples import examples
from vedette.cli.exchange import export_format, import_format
from vedette.cli.functions import app as function_commands
from vedette.cli.lifecycle import lifecycle
from vedette.cli.model_import import import_model
from vedette.cli.models import model, models, projects
from vedette.cli.move import move
from vedette.cli.parts import part_of, sentence_for
from vedette.cli.repair import repair
from vedette.cli.serve import serve
from vedette.cli.signatures import CommandGroup
from vedette.cli.space import space
from vedette.cli.thresholds import show_thresholds
from vedette.cli.train import train
from vedette.cli.usage import usage
from vedette.cli.video import video


def _print_version(ctx: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not ctx.resilient_parsing:
        print(vedette.__version__)
        ctx.exit()


VERSION = click.Option(
    ["--version"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version.",
)

app = CommandGroup("Your own vision models on your own machine.", params=[VERSION])

LEARN, DEVICE, SERVER, DATA, PEOPLE, TERMINAL = (
    "Learn and look, without a server",
    "On a device",
    "A server",
    "Projects, models and datasets",
    "Who may come in",
    "This terminal",
)

COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    LEARN: {"train": train, "detect": detect, "video": video, "evaluate": evaluate},
    SERVER: {
        "demo": demo,
        "serve": serve,
        "console": console,
        "open": open_console,
        "credentials": credentials,
        "backup": backup,
        "restore": restore,
        "move": move,
        "doctor": doctor,
        "repair": repair,
        "space": space,
        "usage": usage,
    },
    DATA: {
        "projects": projects,
        "models": models,
        "find": find,
        "copy": copy_projects,
        "import": import_format,
        "export": export_format,
    },
}
GROUPS: dict[str, dict[str, CommandGroup]] = {
    LEARN: {"examples": examples, "backbone": backbone},
    DEVICE: {"edge": edge, "device": devices.app},
    SERVER: {
        "audit": audit,
        "notification": notifications.notifications,
        "lifecycle": lifecycle,
        "cluster": cluster.app,
        "sdk": sdk.app,
        "encryption-key": encryption_keys,
    },
    DATA: {
        "model": model,
        "batch": batch_jobs.app,
        "alias": alias.app,
        "loop": loop.app,
        "dataset": dataset.app,
        "trial": trials.app,
        "feedback": feedback.app,
        "function": function_commands,
    },
    PEOPLE: {
        "account": users.accounts,
        "user": users.users,
        "group": groups.groups,
        "role": roles.roles,
        "policy": policies.policies,
        "key": keys.keys,
        "session": sessions.sessions,
        "factor": sessions.factors,
    },
}
model.define("thresholds")(show_thresholds)
model.define("import")(import_model)
model.define("convert")(convert_model)
for heading, functions in COMMANDS.items():
    for name, function in functions.items():
        app.define(name, heading=heading)(function)
for heading, groups_below in GROUPS.items():
    for name, group in groups_below.items():
        app.attach(name, group, heading=heading)
app.define("completion", heading=TERMINAL)(completion)
app.define("man", heading=TERMINAL)(man)


@app.define("version", is_hidden=True)
def print_version() -> None:
    """Print the version, as --version does."""
    print(vedette.__version__)


def run() -> None:
    """Run the command line; a part that is not installed is a sentence with what to type."""
    try:
        app()
    except ModuleNotFoundError as missing:
        part = part_of(missing.name or "")
        if part is None:
            raise
        print(sentence_for(part), file=sys.stderr)
        sys.exit(2)
