"""An AWS client of the server, for commands that use it as any AWS program does."""

import json
import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.cli.opening import settings_for
from vedette.errors import Wrong

if TYPE_CHECKING:
    from botocore.session import Session

DEFAULT = "http://127.0.0.1:8080"
# How long an answer is waited for, before the question is asked again.
PATIENCE_S = 60.0


def open_client(
    service: str,
    *,
    endpoint: str,
    data: Path | None,
    profile: str = "",
    region: str = "",
    patience_s: float = PATIENCE_S,
) -> Any:
    """Return a botocore client, with keys from the environment, or the root key of the data folder.

    Or with those of a profile of ~/.aws, of which the address of the server is never taken.
    Vedette's shape files are used where botocore has none, since it dropped Lookout for Vision.
    """
    from botocore.config import Config
    from botocore.session import Session

    if profile:
        session = Session(profile=profile)
        place = _region_of(session, profile)
    else:
        key, secret, place = _credentials(data)
        session = Session()
        session.set_credentials(key, secret, os.environ.get("AWS_SESSION_TOKEN"))
    session.register_component("data_loader", _loader())
    return session.create_client(
        service,
        region_name=region or place,
        endpoint_url=endpoint or os.environ.get("AWS_ENDPOINT_URL") or DEFAULT,
        config=Config(
            retries={"total_max_attempts": 3},
            s3={"addressing_style": "path"},
            read_timeout=patience_s,
        ),
    )


def _region_of(session: "Session", profile: str) -> str:
    """Return a profile's region; refuse a profile that there is not, or that has no keys."""
    from botocore.exceptions import BotoCoreError

    try:
        region = session.get_config_variable("region")
        keys = session.get_credentials()
    except BotoCoreError as fault:
        raise Wrong(f"{fault}.".replace("..", ".")) from None
    if keys is None:
        raise Wrong(f"The profile {profile} has no keys: `vedette credentials --format profile` writes them.")
    return str(region or "us-east-1")


@cache
def _loader() -> Any:
    """Return the loader of shape files; one for all clients, since it caches them.

    It leaves out ~/.aws/models, where `vedette sdk` puts shapes for other programs: those may be of an older
    release than this one.
    """
    from botocore.loaders import Loader

    shapes = str(files("vedette.wire") / "shapes")
    return Loader([Loader.BUILTIN_DATA_PATH, shapes], include_default_search_paths=False)


def client_variables(endpoint: str, data: Path | None) -> dict[str, str]:
    """Return what has another program's clients reach the same server with the same keys."""
    from vedette.dialects.aws_lambda import access_variables

    key, secret, region = _credentials(data)
    return access_variables(
        endpoint=endpoint or os.environ.get("AWS_ENDPOINT_URL") or DEFAULT,
        region=region,
        key=key,
        secret=secret,
        token=os.environ.get("AWS_SESSION_TOKEN", ""),
    )


def model_folders() -> tuple[Path, ...]:
    """Return the shape files of services that current clients have forgotten, or never knew."""
    shapes = Path(str(files("vedette.wire"))) / "shapes"
    return (shapes / "lookoutvision", shapes / "vedette")


def _credentials(data: Path | None) -> tuple[str, str, str]:
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if key and secret and data is None:
        return key, secret, region or "us-east-1"
    file = settings_for(data).data / "credentials.json"
    try:
        content = json.loads(file.read_text("utf-8"))
        return content["access_key_id"], content["secret_access_key"], region or content["region"]
    except (OSError, ValueError, KeyError, TypeError):
        raise Wrong(
            f"There are no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name the data folder "
            f"with --data ({file} cannot be read)."
        ) from None
