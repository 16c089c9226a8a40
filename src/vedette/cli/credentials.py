"""`vedette credentials`: what a client needs, in the form that it reads."""

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vedette.settings import Settings

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
    data: Data = None,
) -> None:
    """Print the root access key that the first start made."""
    file = settings_for(data).data / "credentials.json"
    try:
        known = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        print(f"There is no {file}: start the server once, or name its folder with --data.", file=sys.stderr)
        raise typer.Exit(2) from None
    except PermissionError:
        print(f"{file} belongs to somebody else.", file=sys.stderr)
        raise typer.Exit(2) from None
    print(say(known, form, profile))


def say(known: dict[str, str], form: Form, profile: str = "vedette") -> str:
    """Return the credentials as a shell, a program (credential_process) or a profile reads them."""
    key, secret, region = known["access_key_id"], known["secret_access_key"], known["region"]
    if form is Form.JSON:
        return json.dumps({"Version": 1, "AccessKeyId": key, "SecretAccessKey": secret}, indent=2)
    if form is Form.PROFILE:
        return f"[{profile}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\nregion = {region}"
    values = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_DEFAULT_REGION": region}
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())


def settings_for(data: Path | None) -> "Settings":
    """Return the settings, with the folder that the command names."""
    from vedette.settings import Settings

    return Settings() if data is None else Settings(data=data)
