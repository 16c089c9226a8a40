"""Who can still let others in: the rule that an account never loses its last administrator.

An administrator is the root with a key that is enabled, or a user with one who holds the built-in policy
`administrator`, itself or through a group. Decides nothing else.
"""

from vedette.errors import Busy
from vedette.identity.builtin import ADMINISTRATOR_POLICY
from vedette.identity.directory import Directory


def administrators(directory: Directory, account: str) -> set[str]:
    """Return the names of the account's administrators; the root's is empty."""
    keys = directory.keys(account)
    names = {key.user or "" for key in keys if key.enabled}
    return {name for name in names if not name or _holds(directory, account, name)}


def require_another(directory: Directory, account: str, name: str) -> None:
    """Refuse to take from a user what would leave the account without an administrator."""
    remaining = administrators(directory, account)
    if remaining == {name}:
        raise Busy(
            f"{name} is the last administrator of the account {account}; make another one first.",
            kind="user",
            name=name,
        )


def require_after(directory: Directory, account: str, before: set[str]) -> None:
    """Refuse a change that was made and left nobody, where there was somebody before."""
    if before and not administrators(directory, account):
        raise Busy(f"Nobody would administer the account {account} any more.", kind="account", name=account)


def _holds(directory: Directory, account: str, name: str) -> bool:
    policies = directory.policies_of_user(account, name)
    return any(policy.rpartition("/")[2] == ADMINISTRATOR_POLICY for policy in policies)
