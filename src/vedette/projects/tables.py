"""The tables of projects, versions, tags and client tokens. Times are milliseconds since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from vedette.store.db import METADATA

projects = Table(
    "projects",
    METADATA,
    # Counts up and is never reused: the order of creation, and the place in a listing.
    Column("id", Integer, primary_key=True),
    Column("service", String(32), nullable=False),
    Column("account", String(12), nullable=False),
    Column("region", String(64), nullable=False),
    Column("name", String(255), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("feature", String(32), nullable=False),
    # Whether the request named the feature: only then do responses name it.
    Column("is_feature_named", Boolean, nullable=False, server_default=false()),
    Column("auto_update", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    UniqueConstraint("service", "account", "region", "name"),
    # The order of a listing: a page reads its own rows alone.
    Index("ix_projects_service_account_region_id", "service", "account", "region", "id"),
    sqlite_autoincrement=True,
)

tags = Table(
    "tags",
    METADATA,
    Column("arn", String(2048), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("value", String(256), nullable=False),
)

client_tokens = Table(
    "client_tokens",
    METADATA,
    Column("service", String(32), primary_key=True),
    Column("account", String(12), primary_key=True),
    Column("region", String(64), primary_key=True),
    Column("operation", String(64), primary_key=True),
    Column("token", String(64), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    # The answer of the first call, as JSON.
    Column("answer", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Index("ix_client_tokens_created_ms", "created_ms"),
)

versions = Table(
    "versions",
    METADATA,
    # Counts up and is never reused, like a project's id.
    Column("id", Integer, primary_key=True),
    Column("project", Integer, ForeignKey("projects.id"), nullable=False),
    # Lookout's are numbers; they stand here as text.
    Column("name", String(255), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("description", String(500), nullable=False),
    Column("bucket", String(255), nullable=False),
    Column("prefix", String(1024), nullable=False),
    # The ARN of the version that a copy was made of.
    Column("source", String(2048), nullable=False),
    Column("least_units", Integer, nullable=True),
    Column("most_units", Integer, nullable=True),
    Column("ended_ms", BigInteger, nullable=True),
    Column("billable_s", Integer, nullable=True),
    # The parameters of the training and its results, as JSON that the rooms above read.
    Column("inputs", Text, nullable=False),
    Column("results", Text, nullable=False),
    # The thresholds that people chose, as JSON; empty where nobody did.
    Column("thresholds", Text, nullable=False, server_default=""),
    UniqueConstraint("project", "name"),
    Index("ix_versions_state", "state"),
    Index("ix_versions_project_id", "project", "id"),
    sqlite_autoincrement=True,
)

version_numbers = Table(
    "version_numbers",
    METADATA,
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    # The highest that was ever given, so that none is given twice.
    Column("last", Integer, nullable=False),
)

version_aliases = Table(
    "version_aliases",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(63), nullable=False),
    # No foreign key: an older server beside this one deletes versions and knows of no alias.
    Column("version", Integer, nullable=False),
    # When it was made: a part of its ARN where the service's names have one.
    Column("created_ms", BigInteger, nullable=False),
    UniqueConstraint("project", "name"),
    Index("ix_version_aliases_version", "version"),
    sqlite_autoincrement=True,
)

alias_moves = Table(
    "alias_moves",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("alias", String(63), nullable=False),
    # "set", "rollback" or "removed".
    Column("kind", String(16), nullable=False),
    # The version's number and name as it was: a version that was deleted since has no row any more.
    Column("version", Integer, nullable=False),
    Column("version_name", String(255), nullable=False),
    Column("moved_ms", BigInteger, nullable=False),
    Column("moved_by", String(2048), nullable=False),
    Column("reason", String(500), nullable=False),
    Index("ix_alias_moves_project_alias_id", "project", "alias", "id"),
    sqlite_autoincrement=True,
)

project_policies = Table(
    "project_policies",
    METADATA,
    # The place in a listing.
    Column("id", Integer, primary_key=True),
    Column("project", Integer, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(128), nullable=False),
    # A new one at every change; a later change must name the current one.
    Column("revision", String(32), nullable=False),
    Column("document", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    UniqueConstraint("project", "name"),
    sqlite_autoincrement=True,
)
