"""The command `vedette` and its parts; each part is a module with its own small app.

A part is imported when its command is asked for, so that `vedette --help` stays quick.
"""

import typer

import vedette
from vedette.cli import keys, sdk, users
from vedette.cli.credentials import credentials
from vedette.cli.demo import demo
from vedette.cli.detect import detect
from vedette.cli.doctor import doctor
from vedette.cli.evaluate import evaluate
from vedette.cli.exchange import export_format, import_format
from vedette.cli.models import model, models, projects
from vedette.cli.serve import serve
from vedette.cli.train import train

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="Your own vision models on your own machine."
)


@app.callback()
def vedette_command() -> None:
    """Your own vision models on your own machine."""


@app.command()
def version() -> None:
    """Print the version."""
    print(vedette.__version__)


app.command()(serve)
app.command()(doctor)
app.command()(demo)
app.command()(train)
app.command()(detect)
app.command()(evaluate)
app.command()(credentials)
app.command("import")(import_format)
app.command("export")(export_format)
app.command()(projects)
app.command()(models)
app.add_typer(model, name="model")
app.add_typer(sdk.app, name="sdk")
app.add_typer(users.accounts, name="account")
app.add_typer(users.users, name="user")
app.add_typer(users.roles, name="role")
app.add_typer(keys.keys, name="key")
