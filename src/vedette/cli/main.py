"""The command `vedette` and its commands; each is a function, or a module with its own small app.

What a command needs beyond the light install is imported when it runs, so that `vedette --help` is quick and
`vedette detect` works without the parts that learn and serve.
"""

import sys
from typing import Annotated

import typer

import vedette
from vedette.cli import dataset, groups, keys, policies, roles, sdk, users
from vedette.cli.backup import backup, restore
from vedette.cli.console import console
from vedette.cli.credentials import credentials
from vedette.cli.demo import demo
from vedette.cli.detect import detect
from vedette.cli.doctor import doctor
from vedette.cli.evaluate import evaluate
from vedette.cli.exchange import export_format, import_format
from vedette.cli.lifecycle import lifecycle
from vedette.cli.models import model, models, projects
from vedette.cli.parts import part_of, sentence_for
from vedette.cli.repair import repair
from vedette.cli.serve import serve
from vedette.cli.train import train

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Your own vision models on your own machine."
)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        print(vedette.__version__)
        raise typer.Exit


@app.callback()
def vedette_command(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Your own vision models on your own machine."""


LEARN, SERVER, DATA, PEOPLE = (
    "Learn and look, without a server",
    "A server",
    "Projects, models and datasets",
    "Who may come in",
)

app.command(rich_help_panel=LEARN)(train)
app.command(rich_help_panel=LEARN)(detect)
app.command(rich_help_panel=LEARN)(evaluate)
app.command(rich_help_panel=SERVER)(demo)
app.command(rich_help_panel=SERVER)(serve)
app.command(rich_help_panel=SERVER)(console)
app.command(rich_help_panel=SERVER)(credentials)
app.command(rich_help_panel=SERVER)(backup)
app.command(rich_help_panel=SERVER)(restore)
app.command(rich_help_panel=SERVER)(doctor)
app.command(rich_help_panel=SERVER)(repair)
app.add_typer(lifecycle, name="lifecycle", rich_help_panel=SERVER)
app.add_typer(sdk.app, name="sdk", rich_help_panel=SERVER)
app.command(rich_help_panel=DATA)(projects)
app.command(rich_help_panel=DATA)(models)
app.add_typer(model, name="model", rich_help_panel=DATA)
app.add_typer(dataset.app, name="dataset", rich_help_panel=DATA)
app.command("import", rich_help_panel=DATA)(import_format)
app.command("export", rich_help_panel=DATA)(export_format)
app.add_typer(users.accounts, name="account", rich_help_panel=PEOPLE)
app.add_typer(users.users, name="user", rich_help_panel=PEOPLE)
app.add_typer(groups.groups, name="group", rich_help_panel=PEOPLE)
app.add_typer(roles.roles, name="role", rich_help_panel=PEOPLE)
app.add_typer(policies.policies, name="policy", rich_help_panel=PEOPLE)
app.add_typer(keys.keys, name="key", rich_help_panel=PEOPLE)


@app.command("version", hidden=True)
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
