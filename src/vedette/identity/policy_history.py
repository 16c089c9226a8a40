"""The versions of policies, as a directory offers them: listed, added, chosen and deleted."""

from vedette.clock import Clock, from_milliseconds, milliseconds
from vedette.errors import Missing
from vedette.identity.policies import check_managed, require_policy
from vedette.identity.policy_versions import (
    PolicyVersion,
    add_version,
    drop_version,
    enforce_version,
    versions_of,
)
from vedette.store.db import Database


class PolicyHistory:
    """Reads and changes the versions of policies. A running server sees a change within a second."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def versions(self, account: str, name: str) -> list[PolicyVersion]:
        """Return the versions of a policy, the newest first; a built-in one has one."""
        with self._database.read() as connection:
            policy = require_policy(connection, account, name)
            if policy.is_builtin:
                return [PolicyVersion(1, policy.document, in_force=True)]
            return versions_of(connection, account, name)

    def version(self, account: str, name: str, number: int) -> PolicyVersion:
        """Return one version of a policy."""
        for version in self.versions(account, name):
            if version.number == number:
                return version
        raise Missing(f"The policy {name} has no version v{number}.", kind="policy version", name=name)

    def add_version(self, account: str, name: str, document: str, *, in_force: bool) -> PolicyVersion:
        """Add a version to a policy."""
        check_managed(document, name)
        now = milliseconds(self._clock())
        with self._database.write() as connection:
            number = add_version(connection, account, name, document, now, in_force=in_force)
        return PolicyVersion(number, document, in_force, from_milliseconds(now))

    def enforce_version(self, account: str, name: str, number: int) -> None:
        """Let another version of a policy count."""
        with self._database.write() as connection:
            enforce_version(connection, account, name, number, milliseconds(self._clock()))

    def delete_version(self, account: str, name: str, number: int) -> None:
        """Delete a version that does not count."""
        with self._database.write() as connection:
            drop_version(connection, account, name, number)
