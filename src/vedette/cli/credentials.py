"""`vedette credentials`: what a client needs, in the form that it reads."""

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from vedette.cli.opening import opened, settings_for
from vedette.errors import Missing

Data = Annotated[Path | None, typer.Option(help="The folder that holds everything.")]


class Form(StrEnum):
    """How the credentials are printed."""

    ENV = "env"
    JSON = "json"
    PROFILE = "profile"


def credentials(
    form: Annotated[Form, typer.Option("--format", help="For a shell, a program, or ~/.aws/credentials.")] = (
        Form.ENV
    ),
    profile: Annotated[str, typer.Option(help="The profile's name, with --format profile.")] = "vedette",
    renew: Annotated[
        bool, typer.Option("--renew", help="Write the file anew with the oldest root key there is.")
    ] = False,
    data: Data = None,
) -> None:
    """Print the root access key that the first start made."""
    settings = settings_for(data)
    if renew:
        _renew(data)
    file = settings.data / "credentials.json"
    try:
        print(say(json.loads(file.read_text("utf-8")), form, profile))
    except FileNotFoundError:
        said = f"There is no {file}: start the server once, or name its folder with --data."
    except PermissionError:
        said = f"{file} belongs to somebody else."
    except (OSError, ValueError, KeyError, TypeError):
        said = f"{file} cannot be read: `vedette credentials --renew` writes it anew."
    else:
        return
    print(said, file=sys.stderr)
    raise typer.Exit(2)


def _renew(data: Path | None) -> None:
    """Write the credentials file anew; the server does so at its start, where its key is gone."""
    with opened(data) as installation:
        settings = installation.settings
        if not installation.identity.write_credentials(settings.account, settings.region, settings.data):
            raise Missing(f"The account {settings.account} has no root key: `vedette key create` makes one.")


def say(known: dict[str, str], form: Form, profile: str = "vedette") -> str:
    """Return the credentials as a shell, a program (credential_process) or a profile reads them."""
    key, secret, region = known["access_key_id"], known["secret_access_key"], known["region"]
    if form is Form.JSON:
        return json.dumps({"Version": 1, "AccessKeyId": key, "SecretAccessKey": secret}, indent=2)
    if form is Form.PROFILE:
        return f"[{profile}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\nregion = {region}"
    values = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_DEFAULT_REGION": region}
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())
