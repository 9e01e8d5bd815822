"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table; a change of one comes as a migration of its own."""
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("provider_job_id", sa.String(length=100), nullable=True),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=30), nullable=False),
        sa.Column("requested", sa.Integer(), server_default="0", nullable=False),
        sa.Column("succeeded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("collected_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_table(
        "budgets",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("cap_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("reserved_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("spent_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_budgets_kind_subject")),
    )
    op.create_table(
        "collections",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("root_uri", sa.Text(), server_default="", nullable=False),
        sa.Column("profile", sa.String(length=100), nullable=True),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("confidential", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collections")),
        sa.UniqueConstraint("name", name=op.f("uq_collections_name")),
    )
    op.create_table(
        "contents",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=150), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_contents")),
    )
    op.create_table(
        "limits",
        sa.Column("key", sa.String(length=150), nullable=False),
        sa.Column("requests_per_second", sa.Float(), nullable=False),
        sa.Column("tokens_per_minute", sa.BigInteger(), nullable=False),
        sa.Column("requests_free_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tokens_free_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_limits")),
    )
    op.create_table(
        "prices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("input_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cached_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("output_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("batch_percent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("page_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("retrieved_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prices")),
        sa.UniqueConstraint("provider", "model", "valid_from", name=op.f("uq_prices_provider_model_valid_from")),
    )
    op.create_table(
        "processes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("pid", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processes")),
    )
    op.create_table(
        "prompt_versions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_versions")),
        sa.UniqueConstraint("name", "version", "sha256", name=op.f("uq_prompt_versions_name_version_sha256")),
    )
    op.create_table(
        "requests",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("sample", sa.Integer(), server_default="0", nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("max_output_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_requests")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("view", sa.String(length=20), nullable=False),
        sa.Column("reader", sa.String(length=150), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("lineage_id", sa.String(length=32), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("document_type", sa.String(length=100), nullable=True),
        sa.Column("parties", sa.JSON(), nullable=True),
        sa.Column("effective_date", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=20), nullable=True),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("characters", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("readable_share", sa.Float(), server_default="0", nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["documents.id"], name=op.f("fk_documents_parent_id")),
        sa.ForeignKeyConstraint(["sha256"], ["contents.sha256"], name=op.f("fk_documents_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("sha256", "view", "reader", "scope", name=op.f("uq_documents_sha256_view_reader_scope")),
    )
    op.create_index(op.f("ix_documents_lineage_id"), "documents", ["lineage_id"], unique=False)
    op.create_index(op.f("ix_documents_parent_id"), "documents", ["parent_id"], unique=False)
    op.create_index(op.f("ix_documents_sha256"), "documents", ["sha256"], unique=False)
    op.create_table(
        "finding_identities",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("collection_id", sa.String(length=32), nullable=False),
        sa.Column("lineage_id", sa.String(length=32), nullable=False),
        sa.Column("profile", sa.String(length=100), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["collections.id"], name=op.f("fk_finding_identities_collection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_identities")),
    )
    op.create_index(op.f("ix_finding_identities_collection_id"), "finding_identities", ["collection_id"], unique=False)
    op.create_index(op.f("ix_finding_identities_lineage_id"), "finding_identities", ["lineage_id"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("collection_id", sa.String(length=32), nullable=False),
        sa.Column("flow_run_id", sa.String(length=64), nullable=True),
        sa.Column("trigger", sa.String(length=20), nullable=False),
        sa.Column("triggered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("profile", sa.String(length=100), nullable=False),
        sa.Column("profile_version", sa.String(length=20), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model_asked", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("estimate_low_nano_usd", sa.BigInteger(), nullable=True),
        sa.Column("estimate_high_nano_usd", sa.BigInteger(), nullable=True),
        sa.Column("budget_nano_usd", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("documents", sa.Integer(), server_default="0", nullable=False),
        sa.Column("documents_complete", sa.Integer(), server_default="0", nullable=False),
        sa.Column("documents_partial", sa.Integer(), server_default="0", nullable=False),
        sa.Column("documents_unread", sa.Integer(), server_default="0", nullable=False),
        sa.Column("documents_open", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("process_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["collection_id"], ["collections.id"], name=op.f("fk_runs_collection_id")),
        sa.ForeignKeyConstraint(["process_id"], ["processes.id"], name=op.f("fk_runs_process_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_collection_id"), "runs", ["collection_id"], unique=False)
    op.create_index(op.f("ix_runs_process_id"), "runs", ["process_id"], unique=False)
    op.create_index(op.f("ix_runs_started_at"), "runs", ["started_at"], unique=False)
    op.create_table(
        "analyses",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("collection_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("prompt_version_id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model", sa.String(length=100), nullable=False),
        sa.Column("chunking", sa.String(length=60), nullable=False),
        sa.Column("parameters_sha256", sa.String(length=64), nullable=False),
        sa.Column("settle_version", sa.String(length=20), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("chunks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("chunks_answered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("characters", sa.Integer(), server_default="0", nullable=False),
        sa.Column("characters_answered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["collection_id"], ["collections.id"], name=op.f("fk_analyses_collection_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_analyses_document_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["prompt_version_id"], ["prompt_versions.id"], name=op.f("fk_analyses_prompt_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analyses")),
        sa.UniqueConstraint(
            "collection_id",
            "document_id",
            "prompt_version_id",
            "provider",
            "model",
            "chunking",
            "parameters_sha256",
            "settle_version",
            name="uq_analyses_identity",
        ),
    )
    op.create_index(op.f("ix_analyses_collection_id"), "analyses", ["collection_id"], unique=False)
    op.create_index(op.f("ix_analyses_document_id"), "analyses", ["document_id"], unique=False)
    op.create_index(op.f("ix_analyses_prompt_version_id"), "analyses", ["prompt_version_id"], unique=False)
    op.create_table(
        "chunks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("chunking", sa.String(length=60), nullable=False),
        sa.Column("ordinal", sa.Integer(), server_default="0", nullable=False),
        sa.Column("char_start", sa.Integer(), server_default="0", nullable=False),
        sa.Column("char_end", sa.Integer(), server_default="0", nullable=False),
        sa.Column("clause_path", sa.Text(), server_default="", nullable=False),
        sa.Column("tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_chunks_document_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chunks")),
        sa.UniqueConstraint("document_id", "chunking", "ordinal", name=op.f("uq_chunks_document_id_chunking_ordinal")),
    )
    op.create_index(op.f("ix_chunks_document_id"), "chunks", ["document_id"], unique=False)
    op.create_table(
        "document_sources",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("collection_id", sa.String(length=32), nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["collections.id"], name=op.f("fk_document_sources_collection_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_sources_document_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["sha256"], ["contents.sha256"], name=op.f("fk_document_sources_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_sources")),
        sa.UniqueConstraint("collection_id", "uri", name=op.f("uq_document_sources_collection_id_uri")),
    )
    op.create_index(op.f("ix_document_sources_collection_id"), "document_sources", ["collection_id"], unique=False)
    op.create_index(op.f("ix_document_sources_document_id"), "document_sources", ["document_id"], unique=False)
    op.create_index(op.f("ix_document_sources_sha256"), "document_sources", ["sha256"], unique=False)
    op.create_table(
        "pages",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("page_index", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("char_start", sa.Integer(), server_default="0", nullable=False),
        sa.Column("char_end", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_pages_document_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "page_index", name=op.f("pk_pages")),
    )
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("corrected_answer", sa.Text(), nullable=True),
        sa.Column("reviewer", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["identity_id"], ["finding_identities.id"], name=op.f("fk_reviews_identity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_identity_id"), "reviews", ["identity_id"], unique=False)
    op.create_table(
        "sections",
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("clause_path", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("depth", sa.Integer(), server_default="0", nullable=False),
        sa.Column("char_start", sa.Integer(), server_default="0", nullable=False),
        sa.Column("char_end", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_sections_document_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("document_id", "ordinal", name=op.f("pk_sections")),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("analysis_id", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("value_text", sa.Text(), nullable=True),
        sa.Column("value_number", sa.Float(), nullable=True),
        sa.Column("value_unit", sa.String(length=60), nullable=True),
        sa.Column("value_scale", sa.String(length=30), nullable=True),
        sa.Column("value_currency", sa.String(length=10), nullable=True),
        sa.Column("value_date", sa.Date(), nullable=True),
        sa.Column("value_duration", sa.String(length=60), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=True),
        sa.Column("period_end", sa.Date(), nullable=True),
        sa.Column("period_instant", sa.Date(), nullable=True),
        sa.Column("party", sa.String(length=300), nullable=True),
        sa.Column("severity", sa.String(length=20), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("votes", sa.Integer(), nullable=True),
        sa.Column("votes_agreeing", sa.Integer(), nullable=True),
        sa.Column("rule_id", sa.String(length=100), nullable=True),
        sa.Column("identity_id", sa.String(length=32), nullable=True),
        sa.Column("superseded_by", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["analysis_id"], ["analyses.id"], name=op.f("fk_findings_analysis_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["identity_id"], ["finding_identities.id"], name=op.f("fk_findings_identity_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index(op.f("ix_findings_analysis_id"), "findings", ["analysis_id"], unique=False)
    op.create_index(op.f("ix_findings_category"), "findings", ["category"], unique=False)
    op.create_index(op.f("ix_findings_identity_id"), "findings", ["identity_id"], unique=False)
    op.create_table(
        "questions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("analysis_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("chunk_id", sa.String(length=32), nullable=True),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["analysis_id"], ["analyses.id"], name=op.f("fk_questions_analysis_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["chunk_id"], ["chunks.id"], name=op.f("fk_questions_chunk_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["request_hash"], ["requests.hash"], name=op.f("fk_questions_request_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("analysis_id", "kind", "chunk_id", "request_hash", name="uq_questions_identity"),
    )
    op.create_index(op.f("ix_questions_analysis_id"), "questions", ["analysis_id"], unique=False)
    op.create_index(op.f("ix_questions_chunk_id"), "questions", ["chunk_id"], unique=False)
    op.create_index(op.f("ix_questions_request_hash"), "questions", ["request_hash"], unique=False)
    op.create_table(
        "run_documents",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("analysis_id", sa.String(length=32), nullable=True),
        sa.Column("lease_owner", sa.String(length=32), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["analysis_id"], ["analyses.id"], name=op.f("fk_run_documents_analysis_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_run_documents_document_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_documents_run_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["source_id"], ["document_sources.id"], name=op.f("fk_run_documents_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_documents")),
        sa.UniqueConstraint("run_id", "source_id", name=op.f("uq_run_documents_run_id_source_id")),
    )
    op.create_index(op.f("ix_run_documents_analysis_id"), "run_documents", ["analysis_id"], unique=False)
    op.create_index(op.f("ix_run_documents_document_id"), "run_documents", ["document_id"], unique=False)
    op.create_index(op.f("ix_run_documents_run_id"), "run_documents", ["run_id"], unique=False)
    op.create_index(op.f("ix_run_documents_source_id"), "run_documents", ["source_id"], unique=False)
    op.create_table(
        "calls",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("run_id", sa.String(length=32), nullable=True),
        sa.Column("collection_id", sa.String(length=32), nullable=True),
        sa.Column("document_id", sa.String(length=32), nullable=True),
        sa.Column("question_id", sa.String(length=32), nullable=True),
        sa.Column("batch_id", sa.String(length=32), nullable=True),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("model_asked", sa.String(length=100), nullable=False),
        sa.Column("model_served", sa.String(length=100), nullable=True),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("error_code", sa.String(length=100), nullable=True),
        sa.Column("error_message", sa.Text(), server_default="", nullable=False),
        sa.Column("prompt_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cached_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("completion_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("thinking_tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pages", sa.Integer(), server_default="0", nullable=False),
        sa.Column("price_id", sa.String(length=32), nullable=True),
        sa.Column("reserved_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cost_basis", sa.String(length=20), nullable=False),
        sa.Column("at_risk_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("avoided_nano_usd", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("process_id", sa.String(length=32), nullable=True),
        sa.Column("provider_request_id", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_calls_batch_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["collection_id"], ["collections.id"], name=op.f("fk_calls_collection_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_calls_document_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["price_id"], ["prices.id"], name=op.f("fk_calls_price_id")),
        sa.ForeignKeyConstraint(["process_id"], ["processes.id"], name=op.f("fk_calls_process_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_calls_question_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_calls_run_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
    )
    op.create_index(op.f("ix_calls_batch_id"), "calls", ["batch_id"], unique=False)
    op.create_index(op.f("ix_calls_collection_id"), "calls", ["collection_id"], unique=False)
    op.create_index(op.f("ix_calls_document_id"), "calls", ["document_id"], unique=False)
    op.create_index(op.f("ix_calls_process_id"), "calls", ["process_id"], unique=False)
    op.create_index(op.f("ix_calls_question_id"), "calls", ["question_id"], unique=False)
    op.create_index(op.f("ix_calls_request_hash"), "calls", ["request_hash"], unique=False)
    op.create_index(op.f("ix_calls_run_id"), "calls", ["run_id"], unique=False)
    op.create_index(op.f("ix_calls_sent_at"), "calls", ["sent_at"], unique=False)
    op.create_index(op.f("ix_calls_state"), "calls", ["state"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("finding_id", sa.String(length=32), nullable=False),
        sa.Column("ordinal", sa.Integer(), server_default="0", nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("claimed_quote", sa.Text(), server_default="", nullable=False),
        sa.Column("quote", sa.Text(), server_default="", nullable=False),
        sa.Column("char_start", sa.Integer(), nullable=True),
        sa.Column("char_end", sa.Integer(), nullable=True),
        sa.Column("page_index", sa.Integer(), nullable=True),
        sa.Column("page_label", sa.String(length=60), nullable=True),
        sa.Column("last_page_index", sa.Integer(), nullable=True),
        sa.Column("last_page_label", sa.String(length=60), nullable=True),
        sa.Column("clause_path", sa.Text(), server_default="", nullable=False),
        sa.Column("match_level", sa.String(length=20), nullable=False),
        sa.Column("checks_passed", sa.JSON(), nullable=True),
        sa.Column("checks_failed", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_evidence_finding_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("finding_id", "ordinal", name=op.f("uq_evidence_finding_id_ordinal")),
    )
    op.create_index(op.f("ix_evidence_finding_id"), "evidence", ["finding_id"], unique=False)
    op.create_table(
        "replies",
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("raw_body", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("thinking", sa.Text(), server_default="", nullable=False),
        sa.Column("finish_reason", sa.String(length=40), nullable=False),
        sa.Column("usable", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("unusable_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_replies_call_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_replies")),
    )
    op.create_index(op.f("ix_replies_request_hash"), "replies", ["request_hash"], unique=False)
