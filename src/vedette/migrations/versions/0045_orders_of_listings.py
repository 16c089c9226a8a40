"""Indexes in the order in which projects and versions are listed, so that a page reads only its own rows."""

from alembic import op

revision = "0045"
down_revision = "0044"

works_with_older = True


def upgrade() -> None:
    op.create_index("ix_versions_project_id", "versions", ["project", "id"])
    op.create_index(
        "ix_projects_service_account_region_id", "projects", ["service", "account", "region", "id"]
    )
