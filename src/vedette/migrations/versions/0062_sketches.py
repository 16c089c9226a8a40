"""How often which values came, beside the sums of figures: percentiles are told from it.

An older server adds to rows and leaves their sketches as they were; a row whose sketch has fewer values than
samples has no percentiles.
"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
works_with_older = True


def upgrade() -> None:
    op.add_column("minutes", sa.Column("sketch", sa.LargeBinary))
    op.add_column("hours", sa.Column("sketch", sa.LargeBinary))
    op.add_column("packed_weeks", sa.Column("sketches", sa.LargeBinary))
