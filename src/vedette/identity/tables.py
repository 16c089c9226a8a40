"""The tables of accounts, users, groups, roles, keys and policies. Times are milliseconds since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)

from vedette.store.db import METADATA

accounts = Table(
    "accounts",
    METADATA,
    Column("id", String(12), primary_key=True),
    Column("name", String(255), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    # The one name that IAM lets an account have; unique among all.
    Column("alias", String(63), nullable=True),
    # Whether people of this account need a second factor at the console, whatever the installation asks.
    Column("needs_factor", Boolean, nullable=False, server_default=false()),
    Index("ix_accounts_alias", "alias", unique=True),
)

users = Table(
    "users",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("user_id", String(32), nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
    # A JSON object; conditions test it as aws:PrincipalTag.
    Column("tags", Text, nullable=False, server_default="{}"),
    # Of its ARN, between the kind and the name.
    Column("path", String(512), nullable=False, server_default="/"),
    # The policy that bounds its rights, as attachments name one; nothing without a boundary.
    Column("boundary", String(128), nullable=True),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)

# A key without a user is the account's root key.
keys = Table(
    "access_keys",
    METADATA,
    Column("id", String(128), primary_key=True),
    Column("account", String(12), nullable=False),
    Column("user", String(64), nullable=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    # When, for which service and where it last signed; to a quarter of an hour.
    Column("used_ms", BigInteger, nullable=True),
    Column("used_service", String(64), nullable=True),
    Column("used_region", String(64), nullable=True),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
    ForeignKeyConstraint(["account", "user"], ["users.account", "users.name"], ondelete="CASCADE"),
)

roles = Table(
    "roles",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("role_id", String(32), nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("tags", Text, nullable=False, server_default="{}"),
    # The trust policy: who may assume it.
    Column("trust", Text, nullable=False, server_default=""),
    Column("path", String(512), nullable=False, server_default="/"),
    Column("boundary", String(128), nullable=True),
    Column("description", Text, nullable=False, server_default=""),
    # How long its sessions may be.
    Column("longest_s", Integer, nullable=False, server_default="43200"),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)

groups = Table(
    "groups",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("name", String(128), primary_key=True),
    Column("group_id", String(32), nullable=False, unique=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("path", String(512), nullable=False, server_default="/"),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)

members = Table(
    "group_members",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("group_name", String(128), primary_key=True),
    Column("user_name", String(64), primary_key=True),
    ForeignKeyConstraint(["account", "group_name"], ["groups.account", "groups.name"], ondelete="CASCADE"),
    ForeignKeyConstraint(["account", "user_name"], ["users.account", "users.name"], ondelete="CASCADE"),
    Index("ix_group_members_account_user_name", "account", "user_name"),
)

# An account's own policies; the built-in ones are files of the package.
policies = Table(
    "identity_policies",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("name", String(128), primary_key=True),
    # Of the version that counts, `in_force`; `revision` is the last version that there was.
    Column("document", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("in_force", Integer, nullable=False, server_default="1"),
    Column("policy_id", String(32), nullable=False, server_default=""),
    Column("path", String(512), nullable=False, server_default="/"),
    Column("description", Text, nullable=False, server_default=""),
    Column("tags", Text, nullable=False, server_default="{}"),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)

policy_versions = Table(
    "identity_policy_versions",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("policy", String(128), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["account", "policy"],
        ["identity_policies.account", "identity_policies.name"],
        name="fk_identity_policy_versions_policy",
        ondelete="CASCADE",
    ),
)


def _attachments(kind: str, holders: str) -> Table:
    # The policy has no foreign key, since a built-in one is not in the table.
    return Table(
        f"{kind}_policies",
        METADATA,
        Column("account", String(12), primary_key=True),
        Column("holder", String(128), primary_key=True),
        Column("policy", String(128), primary_key=True),
        ForeignKeyConstraint(
            ["account", "holder"], [f"{holders}.account", f"{holders}.name"], ondelete="CASCADE"
        ),
    )


user_policies = _attachments("user", "users")
group_policies = _attachments("group", "groups")
role_policies = _attachments("role", "roles")


def _inline(kind: str, holders: str) -> Table:
    return Table(
        f"{kind}_inline_policies",
        METADATA,
        Column("account", String(12), primary_key=True),
        Column("holder", String(128), primary_key=True),
        Column("name", String(128), primary_key=True),
        Column("document", Text, nullable=False),
        ForeignKeyConstraint(
            ["account", "holder"], [f"{holders}.account", f"{holders}.name"], ondelete="CASCADE"
        ),
    )


# Policies that one holder has for itself.
user_inline = _inline("user", "users")
group_inline = _inline("group", "groups")
role_inline = _inline("role", "roles")

# A session at the console; `key` is None where a link began it, `user` for the account's root.
console_sessions = Table(
    "console_sessions",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("account", String(12), nullable=False),
    Column("user", String(64), nullable=True),
    # With temporary keys: the permanent key that they began with, so that the session ends with it.
    Column("key", String(128), nullable=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    # Where from, as its owner may recognise it.
    Column("address", String(200), nullable=False),
    Column("agent", String(200), nullable=False),
    # The id of temporary keys and their token, which is sealed; of a role's session, its id.
    Column("temporary_key", String(128), nullable=True),
    Column("session_token", Text, nullable=True),
    Column("role_session", String(200), nullable=True),
    # How it began (`key`, `link`, `company` or `passkey`), and whether a second factor was shown.
    Column("way", String(16), nullable=False, server_default="key"),
    Column("verified", Boolean, nullable=False, server_default=false()),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
    ForeignKeyConstraint(["account", "user"], ["users.account", "users.name"], ondelete="CASCADE"),
    ForeignKeyConstraint(["key"], ["access_keys.id"], ondelete="CASCADE"),
    Index("ix_console_sessions_account_user", "account", "user"),
)

# A link that signs in once; the row goes with its use.
console_links = Table(
    "console_links",
    METADATA,
    Column("token_hash", String(64), primary_key=True),
    Column("account", String(12), nullable=False),
    Column("user", String(64), nullable=True),
    Column("expires_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
    ForeignKeyConstraint(["account", "user"], ["users.account", "users.name"], ondelete="CASCADE"),
)

# What people show beside their key; `user` is None for the root. `sealed` is the secret of an app, or what is
# known of a passkey; `counter` is the last step that counted, or the passkey's own count.
second_factors = Table(
    "second_factors",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("account", String(12), nullable=False),
    Column("user", String(64), nullable=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=True),
    # Wrong codes of the person since the last right one, the same in each of its rows; and when the last was.
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failed_ms", BigInteger, nullable=False, server_default="0"),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
    ForeignKeyConstraint(["account", "user"], ["users.account", "users.name"], ondelete="CASCADE"),
    Index("ix_second_factors_account_user", "account", "user"),
)

# Challenges of passkeys that were answered: none counts twice. Rows go some minutes after their end.
used_challenges = Table(
    "used_challenges",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("ends_ms", BigInteger, nullable=False),
)

# A keyed hash of each; the row goes with its use.
recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("code_hash", String(64), primary_key=True),
    Column("account", String(12), nullable=False),
    Column("user", String(64), nullable=True),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
    ForeignKeyConstraint(["account", "user"], ["users.account", "users.name"], ondelete="CASCADE"),
    Index("ix_recovery_codes_account_user", "account", "user"),
)

# People whom a company's provider vouches for: known by its subject, whatever they are called.
company_people = Table(
    "company_people",
    METADATA,
    Column("issuer", String(500), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("account", String(12), nullable=False),
    Column("user", String(64), nullable=False),
    ForeignKeyConstraint(["account", "user"], ["users.account", "users.name"], ondelete="CASCADE"),
    Index("ix_company_people_account_user", "account", "user", unique=True),
)

# Sign-ins by a company that have ended, so that none ends twice.
company_sign_ins = Table(
    "company_sign_ins",
    METADATA,
    Column("state_hash", String(64), primary_key=True),
    Column("expires_ms", BigInteger, nullable=False),
)

# What an account signs with what its devices get; `sealed` is the private half, in hexadecimal.
signing_keys = Table(
    "signing_keys",
    METADATA,
    Column("account", String(12), primary_key=True),
    Column("public", String(64), nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    ForeignKeyConstraint(["account"], ["accounts.id"]),
)
