"""How much of something an account may have: one number for all, and others for accounts that are named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

ACCOUNT = re.compile(r"[0-9]{12}")
NUMBER = re.compile(r"[0-9]{1,6}")
NAMES = ("trainings", "units")
WRITTEN = "write it as 111122223333 trainings=4 units=0, 444455556666 units=32"


@dataclass(frozen=True, slots=True)
class Quota:
    """What an account may have; 0 is as much as there is."""

    most: int = 0
    exceptions: Mapping[str, int] = field(default_factory=dict)

    def of(self, account: str) -> int:
        """Return what this account may have."""
        return self.exceptions.get(account, self.most)

    @property
    def holds_anybody(self) -> bool:
        """Say whether there is an account that it keeps from anything."""
        return any((self.most, *self.exceptions.values()))


def read_exceptions(text: str) -> dict[str, dict[str, int]]:
    """Return of each kind which accounts have a quota of their own.

    Raises:
        ValueError: with what is wrong.
    """
    exceptions: dict[str, dict[str, int]] = {name: {} for name in NAMES}
    for part in filter(None, map(str.strip, text.split(","))):
        account, *quotas = part.split()
        if not ACCOUNT.fullmatch(account) or not quotas:
            raise ValueError(f"{part!r} names no account of twelve digits with what it may have: {WRITTEN}")
        for quota in quotas:
            name, _, number = quota.partition("=")
            if name not in exceptions or not NUMBER.fullmatch(number):
                raise ValueError(f"{quota!r} is no quota: {WRITTEN}")
            if account in exceptions[name]:
                raise ValueError(f"the account {account} has two quotas of {name}")
            exceptions[name][account] = int(number)
    return exceptions
