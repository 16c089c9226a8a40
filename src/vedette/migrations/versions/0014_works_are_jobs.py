"""Works on datasets become jobs: what an older release promised is taken up by this one."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

WORKS = (
    'SELECT w.dataset, w.kind, w."order", w.body, p.account FROM dataset_works w '
    "JOIN datasets d ON d.id = w.dataset JOIN projects p ON p.id = d.project ORDER BY w.id"
)
JOBS = sa.text(
    'INSERT INTO jobs (kind, subject, account, "order", body, tries, cancelled, owner, lease_ms, progress) '
    "VALUES (:kind, :subject, :account, :order, :body, 0, :cancelled, '', 0, '')"
)


def upgrade() -> None:
    connection = op.get_bind()
    for work in connection.execute(sa.text(WORKS)).all():
        order = {"dataset": work.dataset, **json.loads(work.order)}
        if work.kind not in ("import", "update"):
            order.pop("dialect", None)
        job = {
            "kind": f"dataset-{work.kind}",
            "subject": f"dataset:{work.dataset}",
            "account": work.account,
            "order": json.dumps(order),
            "body": work.body,
            "cancelled": False,
        }
        connection.execute(JOBS, job)
    op.drop_table("dataset_works")
