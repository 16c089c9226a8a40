"""What the examples share: clients, waiting, and ending with the service's own sentence.

Every script is an ordinary program of boto3. Where it goes is said by the environment:

    export AWS_ENDPOINT_URL=http://127.0.0.1:8080
    eval "$(vedette credentials)"

Without the first line the same script speaks to AWS.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Container
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

# Seconds between two looks at something that takes its time.
POLL_S = float(os.environ.get("POLL_S", "5"))


def client(service: str) -> Any:
    """Return a client; profile, region and address come from the environment, as always."""
    return boto3.client(service)


def arguments(purpose: str | None, /, *names: str, **more: Any) -> argparse.Namespace:
    """Read positional arguments by their names, then options by theirs (`bucket=None` is `--bucket`)."""
    parser = argparse.ArgumentParser(description=purpose)
    for name in names:
        parser.add_argument(name)
    for name, usual in more.items():
        parser.add_argument(f"--{name}", default=usual, type=type(usual) if usual is not None else str)
    return parser.parse_args()


def wait(look: Callable[[], Any], under_way: Container[str], status: str = "Status") -> Any:
    """Return what `look` returns as soon as its status is none of those that are under way."""
    while (thing := look())[status] in under_way:
        time.sleep(POLL_S)
    return thing


def wait_until_gone(look: Callable[[], Any]) -> None:
    """Return as soon as `look` finds nothing."""
    while look():
        time.sleep(POLL_S)


def confirmed(sentence: str) -> bool:
    """Return whether `delete` is typed."""
    return input(f"{sentence} Type delete to go on: ").strip() == "delete"


def run(main: Callable[[], None]) -> None:
    """Run a script; what the service refuses is printed, and the program ends with 1."""
    try:
        main()
    except (ClientError, BotoCoreError, OSError, ValueError) as error:
        sys.exit(f"Not done: {error}")
