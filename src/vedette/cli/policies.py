"""`vedette policy`: policy documents and their holders."""

import sys
from pathlib import Path
from typing import Annotated, Any

from vedette.cli.credentials import Data
from vedette.cli.directory import directory
from vedette.cli.listing import print_list, prints_records
from vedette.cli.signatures import Argument, CommandGroup, Exit
from vedette.cli.users import Account

policies = CommandGroup("Policies: what users, groups and roles may do.")

Name = Annotated[str, Argument(help="The policy's name.")]


@policies.define("list")
@prints_records
def list_policies(account: Account = "", data: Data = None) -> None:
    """List an account's own policies and the built-in ones, with their holders."""
    with directory(data) as (identities, settings):
        home = account or settings.account
        rows = [
            {
                "name": policy.name,
                "built_in": policy.is_builtin,
                "holders": [str(holder) for holder in identities.policies.holders(home, policy.name)],
            }
            for policy in identities.policies.available(home)
        ]
        columns = {name: name for name in ("name", "built_in", "holders")}
        print_list(columns, rows, _row)


@policies.define("show")
def show_policy(name: Name, account: Account = "", data: Data = None) -> None:
    """Print a policy's document."""
    with directory(data) as (identities, settings):
        print(identities.policies.find(account or settings.account, name).document.rstrip("\n"))


@policies.define("put")
def put_policy(
    name: Name,
    document: Annotated[Path, Argument(help="A JSON file, as IAM has them; - reads standard input.")],
    account: Account = "",
    data: Data = None,
) -> None:
    """Create a policy, or change it for all its holders. A document with unsupported elements is refused."""
    text = read_document(document)
    with directory(data) as (identities, settings):
        identities.policies.put(account or settings.account, name, text)


@policies.define("delete")
def delete_policy(name: Name, account: Account = "", data: Data = None) -> None:
    """Delete a policy that is not attached."""
    with directory(data) as (identities, settings):
        identities.policies.delete(account or settings.account, name)


def _row(policy: dict[str, Any]) -> tuple[str, ...]:
    kind = "built in" if policy["built_in"] else "own"
    return policy["name"], kind, ", ".join(policy["holders"]) or "-"


def read_document(file: Path) -> str:
    """Return a document that a command names; a file that cannot be read ends the command with a sentence."""
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        reason = error.strerror or str(error)
    except UnicodeDecodeError:
        reason = "it is not text in UTF-8"
    print(f"{file} cannot be read: {reason}.", file=sys.stderr)
    raise Exit(2)
