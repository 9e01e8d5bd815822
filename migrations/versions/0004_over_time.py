"""Findings over time: identities that last, reviews that remember what was seen, families of documents, and how profiles did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns, and give each finding that was filed before an identity of its own."""
    op.add_column("collections", sa.Column("families_of", sa.String(length=64), nullable=True))
    with op.batch_alter_table("findings") as findings:
        findings.add_column(sa.Column("fingerprint", sa.String(length=32), nullable=True))
    with op.batch_alter_table("reviews") as reviews:
        reviews.add_column(sa.Column("finding_id", sa.String(length=32), nullable=True))
        reviews.add_column(sa.Column("fingerprint", sa.String(length=32), nullable=True))
        reviews.add_column(sa.Column("state_seen", sa.String(length=20), nullable=True))
        reviews.add_column(sa.Column("answer_seen", sa.Text(), nullable=True))
        reviews.add_column(sa.Column("quote_seen", sa.Text(), nullable=True))
    op.execute(
        "INSERT INTO finding_identities (id, collection_id, lineage_id, profile, category, created_at) "
        "SELECT f.id, a.collection_id, d.lineage_id, p.name, f.category, f.created_at FROM findings AS f "
        "JOIN analyses AS a ON a.id = f.analysis_id JOIN documents AS d ON d.id = a.document_id "
        "JOIN prompt_versions AS p ON p.id = a.prompt_version_id WHERE f.identity_id IS NULL"
    )
    op.execute("UPDATE findings SET identity_id = id WHERE identity_id IS NULL")
    op.create_table(
        "document_captions",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("bases", sa.JSON(), nullable=False),
        sa.Column("passages", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_captions_document_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_captions")),
    )
    op.create_table(
        "family_members",
        sa.Column("collection_id", sa.String(length=32), nullable=False),
        sa.Column("lineage_id", sa.String(length=32), nullable=False),
        sa.Column("family_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("base_id", sa.String(length=32), nullable=True),
        sa.Column("place", sa.Integer(), server_default="0", nullable=False),
        sa.Column("named", sa.Text(), server_default="", nullable=False),
        sa.Column("char_start", sa.Integer(), nullable=True),
        sa.Column("char_end", sa.Integer(), nullable=True),
        sa.Column("basis", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["collections.id"], name=op.f("fk_family_members_collection_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_family_members_document_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("collection_id", "lineage_id", name=op.f("pk_family_members")),
    )
    op.create_index(op.f("ix_family_members_document_id"), "family_members", ["document_id"])
    op.create_index(op.f("ix_family_members_family_id"), "family_members", ["family_id"])
    op.create_table(
        "supersessions",
        sa.Column("finding_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("collection_id", sa.String(length=32), nullable=False),
        sa.Column("by_document_id", sa.String(length=32), nullable=False),
        sa.Column("by_finding_id", sa.String(length=32), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("char_start", sa.Integer(), nullable=True),
        sa.Column("char_end", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("reads", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["by_document_id"], ["documents.id"], name=op.f("fk_supersessions_by_document_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_finding_id"], ["findings.id"], name=op.f("fk_supersessions_by_finding_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["collection_id"], ["collections.id"], name=op.f("fk_supersessions_collection_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_supersessions_finding_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("finding_id", "ordinal", name=op.f("pk_supersessions")),
    )
    op.create_index(op.f("ix_supersessions_by_document_id"), "supersessions", ["by_document_id"])
    op.create_index(op.f("ix_supersessions_by_finding_id"), "supersessions", ["by_finding_id"])
    op.create_index(op.f("ix_supersessions_collection_id"), "supersessions", ["collection_id"])
    op.create_table(
        "evaluations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.Column("profile", sa.String(length=100), nullable=False),
        sa.Column("profile_version", sa.String(length=20), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("gold", sa.Text(), server_default="", nullable=False),
        sa.Column("gold_sha256", sa.String(length=64), nullable=False),
        sa.Column("documents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("labels", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cost_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("wrong_findings_flagged", sa.Float(), nullable=True),
        sa.Column("right_findings_flagged", sa.Float(), nullable=True),
        sa.Column("answers_right", sa.Float(), nullable=True),
        sa.Column("calibration", sa.JSON(), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_evaluations_run_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
    )
    op.create_index(op.f("ix_evaluations_run_id"), "evaluations", ["run_id"])
    op.create_table(
        "evaluation_scores",
        sa.Column("evaluation_id", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("found_right", sa.Integer(), server_default="0", nullable=False),
        sa.Column("found_wrong", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("precision", sa.Float(), nullable=False),
        sa.Column("recall", sa.Float(), nullable=False),
        sa.Column("f1", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluations.id"], name=op.f("fk_evaluation_scores_evaluation_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("evaluation_id", "category", "measure", name=op.f("pk_evaluation_scores")),
    )
