"""What a reading keeps besides its text, where a file came from, questions that are asked in rounds, and budgets without a cap."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns that may be empty, so that what was read before stays as it is, and two tables."""
    with op.batch_alter_table("documents") as documents:
        documents.add_column(sa.Column("text_sha256", sa.String(length=64), nullable=True))
        documents.add_column(sa.Column("layout", sa.LargeBinary(), nullable=True))
        documents.create_index(op.f("ix_documents_text_sha256"), ["text_sha256"])
    # what these readers gave was the accepted view, when there was no other
    op.execute(
        "UPDATE documents SET view = 'accepted' WHERE view = 'as_is' "
        "AND (reader LIKE 'docx-%' OR reader LIKE 'doc-%' OR reader LIKE 'odt-%')"
    )
    with op.batch_alter_table("document_sources") as sources:
        sources.add_column(sa.Column("parent_id", sa.String(length=32), nullable=True))
        sources.add_column(sa.Column("version", sa.String(length=200), nullable=True))
        sources.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        sources.add_column(sa.Column("previous_sha256", sa.String(length=64), nullable=True))
        sources.create_foreign_key(op.f("fk_document_sources_parent_id"), "document_sources", ["parent_id"], ["id"])
        sources.create_index(op.f("ix_document_sources_parent_id"), ["parent_id"])
    op.create_table(
        "document_annotations",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("char_start", sa.Integer(), nullable=True),
        sa.Column("char_end", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_annotations_document_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "ordinal", name=op.f("pk_document_annotations")),
    )
    op.create_table(
        "attachments",
        sa.Column("parent_sha256", sa.String(length=64), nullable=False),
        sa.Column("unpacker", sa.String(length=60), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["parent_sha256"], ["contents.sha256"], name=op.f("fk_attachments_parent_sha256")),
        sa.ForeignKeyConstraint(["sha256"], ["contents.sha256"], name=op.f("fk_attachments_sha256")),
        sa.PrimaryKeyConstraint("parent_sha256", "unpacker", "ordinal", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_sha256"), "attachments", ["sha256"])
    # pictures of pages are read before there is an analysis
    with op.batch_alter_table("questions") as questions:
        questions.alter_column("analysis_id", existing_type=sa.String(length=32), nullable=True)
        # an answer may come in rounds, and be asked for half by half
        questions.add_column(sa.Column("round", sa.Integer(), server_default="0", nullable=False))
        questions.add_column(sa.Column("char_start", sa.Integer(), nullable=True))
        questions.add_column(sa.Column("char_end", sa.Integer(), nullable=True))
    op.execute("UPDATE questions SET round = 1 WHERE kind <> 'ask'")
    with op.batch_alter_table("runs") as runs:
        runs.add_column(sa.Column("budget_ids", sa.JSON(), nullable=True))
    with op.batch_alter_table("budgets") as budgets:
        budgets.alter_column("cap_nano_usd", existing_type=sa.BigInteger(), nullable=True, server_default=None)
