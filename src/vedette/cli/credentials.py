"""`vedette credentials`: the settings of a client, in the form that it reads."""

import json
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from vedette.cli.opening import opened, settings_for
from vedette.cli.recording import on_record
from vedette.cli.signatures import Exit, Option
from vedette.errors import Missing

Data = Annotated[Path | None, Option(help="The folder that holds everything.")]


class CredentialsFormat(StrEnum):
    """The output format of credentials."""

    ENV = "env"
    JSON = "json"
    PROFILE = "profile"


def credentials(
    form: Annotated[
        CredentialsFormat, Option("--format", help="For a shell, a program, or ~/.aws/credentials.")
    ] = (CredentialsFormat.ENV),
    profile: Annotated[str, Option(help="The profile's name, with --format profile.")] = "vedette",
    renew: Annotated[bool, Option("--renew", help="Write the file again, with the oldest root key.")] = False,
    data: Data = None,
) -> None:
    """Print the root access key that the first start created."""
    settings = settings_for(data)
    if renew:
        _renew(data)
    file = settings.data / "credentials.json"
    try:
        print(format_credentials(json.loads(file.read_text("utf-8")), form, profile))
    except FileNotFoundError:
        problem = f"There is no {file}: start the server once, or name its folder with --data."
    except PermissionError:
        problem = f"{file} belongs to another user of this machine."
    except (OSError, ValueError, KeyError, TypeError):
        problem = f"{file} cannot be read: `vedette credentials --renew` writes it again."
    else:
        return
    print(problem, file=sys.stderr)
    raise Exit(2)


def _renew(data: Path | None) -> None:
    """Write the credentials file again; the server does so at its start, if its key was deleted."""
    with opened(data) as installation, on_record(installation.settings):
        settings = installation.settings
        if not installation.identity.root.write(settings.account, settings.region, settings.data):
            raise Missing(f"The account {settings.account} has no root key: `vedette key create` makes one.")


def format_credentials(content: dict[str, str], form: CredentialsFormat, profile: str = "vedette") -> str:
    """Return the credentials for a shell, a program (credential_process) or a profile."""
    key, secret, region = content["access_key_id"], content["secret_access_key"], content["region"]
    if form is CredentialsFormat.JSON:
        return json.dumps({"Version": 1, "AccessKeyId": key, "SecretAccessKey": secret}, indent=2)
    if form is CredentialsFormat.PROFILE:
        return f"[{profile}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\nregion = {region}"
    values = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_DEFAULT_REGION": region}
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())
