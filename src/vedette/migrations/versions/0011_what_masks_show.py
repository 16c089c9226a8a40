"""What masks show, which is looked at once more for datasets that are there already."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("picture_looks", sa.Column("shown", sa.Text, nullable=True))
    # Looks are kept by what was looked at, and no entry points at a mask's: these are taken anew.
    op.execute(
        "DELETE FROM picture_looks WHERE id NOT IN (SELECT look FROM dataset_pictures WHERE look IS NOT NULL)"
    )
    # An entry without a look is looked at when the server starts; its picture's is still known.
    op.execute(
        "DELETE FROM dataset_pictures WHERE part IN (SELECT datasets.part FROM datasets "
        "JOIN projects ON projects.id = datasets.project WHERE projects.service = 'lookoutvision')"
    )
