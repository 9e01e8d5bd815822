"""Batch jobs: whose they are, how far they are, what of them is still with the provider, and who works on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

COLUMNS = (
    *((name, sa.String(length=length)) for name, length in [("input_file_id", 100), ("output_file_id", 100), ("error_file_id", 100)]),
    *((name, sa.DateTime(timezone=True)) for name in ("created_at", "attempted_at", "missing_since", "cleaned_at")),
    ("lease_owner", sa.String(length=32)),
    ("lease_until", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    """Add columns to a table that nothing was written to yet, and the moment at which a run was cancelled."""
    with op.batch_alter_table("batches") as batches:
        batches.add_column(sa.Column("run_id", sa.String(length=32), nullable=True))
        batches.add_column(sa.Column("endpoint", sa.Text(), server_default="", nullable=False))
        batches.add_column(sa.Column("timeout_hours", sa.Integer(), server_default="0", nullable=False))
        batches.add_column(sa.Column("provider_status", sa.String(length=40), nullable=True))
        batches.add_column(sa.Column("reason", sa.Text(), server_default="", nullable=False))
        for name, kind in COLUMNS:
            batches.add_column(sa.Column(name, kind, nullable=True))
        batches.create_foreign_key(op.f("fk_batches_run_id"), "runs", ["run_id"], ["id"], ondelete="SET NULL")
        batches.create_index(op.f("ix_batches_run_id"), ["run_id"])
        batches.create_unique_constraint(op.f("uq_batches_provider_provider_job_id"), ["provider", "provider_job_id"])
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
