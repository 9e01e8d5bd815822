"""The tables, as declared: one history of migrations must give exactly this on SQLite and on PostgreSQL.

Ids are made by the client (32 hexadecimal characters; requests are keyed by their sha256). Times are UTC. Money is an integer of
nano-USD. Names of constraints come from one convention, so that a migration can always name what it changes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; naive values are refused, since SQLite would store them as if they were UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Turn an aware datetime into UTC before it is stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give back an aware datetime in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id(name: str = "id", **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), **options)


def _ref(name: str, target: str, *, nullable: bool = False, ondelete: str | None = None, index: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), sa.ForeignKey(target, ondelete=ondelete), nullable=nullable, index=index)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable, server_default=None if nullable else "")


def _word(name: str, length: int = 64, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _count(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable, server_default=None if nullable else "0")


def _money(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable, server_default=None if nullable else "0")


def _time(name: str, *, nullable: bool = False, index: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcDateTime, nullable=nullable, index=index)


collections = sa.Table(
    "collections",
    metadata,
    _id(primary_key=True),
    sa.Column("name", sa.String(200), nullable=False, unique=True),
    _text("root_uri"),
    _word("profile", 100, nullable=True),
    _count("retention_days", nullable=True),
    sa.Column("confidential", sa.Boolean, nullable=False, server_default=sa.false()),
    _time("created_at"),
    # digest of what its families were made of: while it stays the same they need not be made anew
    _word("families_of", 64, nullable=True),
)

contents = sa.Table(
    "contents",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    _word("media_type", 150),
    _time("first_seen_at"),
)

documents = sa.Table(
    "documents",
    metadata,
    _id(primary_key=True),
    sa.Column("sha256", sa.String(64), sa.ForeignKey("contents.sha256"), nullable=False, index=True),
    _word("view", 20),
    _word("reader", 150),
    # '' is shared by all collections; a confidential collection reads for itself and files its own id here
    _word("scope", 32),
    _id("lineage_id", nullable=False, index=True),
    _ref("parent_id", "documents.id", nullable=True),
    _text("title"),
    _word("document_type", 100, nullable=True),
    sa.Column("parties", sa.JSON, nullable=True),
    sa.Column("effective_date", sa.Date, nullable=True),
    _word("language", 20, nullable=True),
    _count("pages"),
    _count("characters"),
    _count("tokens", nullable=True),
    _text("text"),
    _word("status", 20),
    _text("reason"),
    sa.Column("readable_share", sa.Float, nullable=False, server_default="0"),
    _time("read_at"),
    # of the text in UTF-8: two views of a file that have the same words have the same hash
    sa.Column("text_sha256", sa.String(64), nullable=True, index=True),
    # blocks, packed: tables, generated numbers, headers and footers, for programs
    sa.Column("layout", sa.LargeBinary, nullable=True),
    sa.UniqueConstraint("sha256", "view", "reader", "scope"),
)

document_sources = sa.Table(
    "document_sources",
    metadata,
    _id(primary_key=True),
    _ref("collection_id", "collections.id"),
    _text("uri"),
    _text("name"),
    sa.Column("sha256", sa.String(64), sa.ForeignKey("contents.sha256"), nullable=True, index=True),
    _ref("document_id", "documents.id", nullable=True, ondelete="SET NULL"),
    _time("modified_at", nullable=True),
    _time("first_seen_at"),
    _time("last_seen_at"),
    # seen, unreadable (could not be opened), too_large, encrypted, unsupported, damaged (could not be had), vanished, renamed
    _word("status", 20),
    _text("reason"),
    # the mail, archive or PDF that it is attached to
    _ref("parent_id", "document_sources.id", nullable=True),
    # what a remote store says of the version of its object (etag, or time and size): the same again need not be fetched again
    _word("version", 200, nullable=True),
    # when other bytes came to stand at this place, and which stood there before
    _time("changed_at", nullable=True),
    _word("previous_sha256", 64, nullable=True),
    sa.UniqueConstraint("collection_id", "uri"),
)

attachments = sa.Table(
    "attachments",
    metadata,
    # which bytes hold which files: known once, never unpacked to be listed again
    sa.Column("parent_sha256", sa.String(64), sa.ForeignKey("contents.sha256"), primary_key=True),
    # name and version of what unpacked it; a content that holds nothing has one row, of ordinal -1
    sa.Column("unpacker", sa.String(60), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    _text("name"),
    sa.Column("sha256", sa.String(64), sa.ForeignKey("contents.sha256"), nullable=True, index=True),
    _text("reason"),
)

pages = sa.Table(
    "pages",
    metadata,
    sa.Column("document_id", sa.String(32), sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("page_index", sa.Integer, primary_key=True),
    _text("label"),
    _count("char_start"),
    _count("char_end"),
    _word("status", 20),
    _text("reason"),
)

sections = sa.Table(
    "sections",
    metadata,
    sa.Column("document_id", sa.String(32), sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    _word("kind", 30),
    _text("clause_path"),
    _text("title"),
    _count("depth"),
    _count("char_start"),
    _count("char_end"),
)

document_annotations = sa.Table(
    "document_annotations",
    metadata,
    sa.Column("document_id", sa.String(32), sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True),
    # insertion, deletion, move_from, move_to, format, comment, note
    _word("kind", 20),
    _text("author"),
    _time("made_at", nullable=True),
    _text("text"),
    _count("char_start", nullable=True),
    _count("char_end", nullable=True),
)

chunks = sa.Table(
    "chunks",
    metadata,
    _id(primary_key=True),
    _ref("document_id", "documents.id", ondelete="CASCADE"),
    _word("chunking", 60),
    _count("ordinal"),
    _count("char_start"),
    _count("char_end"),
    _text("clause_path"),
    _count("tokens"),
    _word("sha256", 64),
    sa.UniqueConstraint("document_id", "chunking", "ordinal"),
)

prompt_versions = sa.Table(
    "prompt_versions",
    metadata,
    _id(primary_key=True),
    _word("name", 100),
    _word("version", 20),
    _word("sha256", 64),
    sa.Column("content", sa.JSON, nullable=False),
    _time("first_used_at"),
    sa.UniqueConstraint("name", "version", "sha256"),
)

analyses = sa.Table(
    "analyses",
    metadata,
    _id(primary_key=True),
    _ref("collection_id", "collections.id"),
    _ref("document_id", "documents.id", ondelete="CASCADE"),
    _ref("prompt_version_id", "prompt_versions.id"),
    _word("provider", 40),
    _word("model", 100),
    _word("chunking", 60),
    _word("parameters_sha256", 64),
    _word("settle_version", 20),
    sa.Column("parameters", sa.JSON, nullable=False),
    # open, complete, partial (settled with gaps), failed
    _word("state", 20),
    _text("reason"),
    _count("chunks"),
    _count("chunks_answered"),
    _count("characters"),
    _count("characters_answered"),
    _time("created_at"),
    _time("settled_at", nullable=True),
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

processes = sa.Table(
    "processes",
    metadata,
    _id(primary_key=True),
    _word("host", 255),
    _count("pid"),
    _time("started_at"),
    _time("heartbeat_at"),
    _time("ended_at", nullable=True),
)

runs = sa.Table(
    "runs",
    metadata,
    _id(primary_key=True),
    _ref("collection_id", "collections.id"),
    _word("flow_run_id", 64, nullable=True),
    # cli, schedule, ui
    _word("trigger", 20),
    _text("triggered_by"),
    _word("profile", 100),
    _word("profile_version", 20),
    _word("provider", 40),
    _word("model_asked", 100),
    _word("model", 100),
    _word("mode", 20),
    sa.Column("parameters", sa.JSON, nullable=False),
    _money("estimate_low_nano_usd", nullable=True),
    _money("estimate_high_nano_usd", nullable=True),
    _money("budget_nano_usd", nullable=True),
    # running, waiting (for batch jobs), complete, partial, failed, over_budget, interrupted
    _word("state", 20),
    _text("reason"),
    _count("documents"),
    _count("documents_complete"),
    _count("documents_partial"),
    _count("documents_unread"),
    _count("documents_open"),
    _time("started_at", index=True),
    _time("ended_at", nullable=True),
    _ref("process_id", "processes.id", nullable=True, ondelete="SET NULL"),
    # the budgets that its calls are reserved under, for whoever cleans up after it
    sa.Column("budget_ids", sa.JSON, nullable=True),
    # when somebody asked that it ends without what is still out in batch jobs
    _time("cancelled_at", nullable=True),
)

run_documents = sa.Table(
    "run_documents",
    metadata,
    _id(primary_key=True),
    _ref("run_id", "runs.id", ondelete="CASCADE"),
    _ref("source_id", "document_sources.id"),
    _ref("document_id", "documents.id", nullable=True, ondelete="SET NULL"),
    _ref("analysis_id", "analyses.id", nullable=True, ondelete="SET NULL"),
    _id("lease_owner", nullable=True),
    _time("lease_until", nullable=True),
    # waiting (for its turn or, with an analysis, for a batch job), working, complete, partial, unread, unfinished
    _word("state", 20),
    _text("reason"),
    sa.UniqueConstraint("run_id", "source_id"),
)

requests = sa.Table(
    "requests",
    metadata,
    # sha256 over scope, provider, resolved model, sample number and the wire body
    sa.Column("hash", sa.String(64), primary_key=True),
    _word("scope", 32),
    _word("provider", 40),
    _word("model", 100),
    _count("sample"),
    sa.Column("body", sa.JSON, nullable=False),
    _count("prompt_tokens"),
    _count("max_output_tokens"),
    _time("created_at"),
)

questions = sa.Table(
    "questions",
    metadata,
    _id(primary_key=True),
    # none where a document is still being read (ocr)
    _ref("analysis_id", "analyses.id", nullable=True, ondelete="CASCADE"),
    # ask, vote, repair, continue, split, second, tool, reduce, ocr
    _word("kind", 20),
    _ref("chunk_id", "chunks.id", nullable=True, ondelete="CASCADE"),
    sa.Column("request_hash", sa.String(64), sa.ForeignKey("requests.hash"), nullable=False, index=True),
    # open, answered, failed
    _word("state", 20),
    _text("reason"),
    _time("created_at"),
    _time("answered_at", nullable=True),
    # 0 is the question itself, each further one came of the answers before it
    _count("round"),
    # the part of the chunk that it is about, where that is not the whole
    _count("char_start", nullable=True),
    _count("char_end", nullable=True),
    sa.UniqueConstraint("analysis_id", "kind", "chunk_id", "request_hash", name="uq_questions_identity"),
)

prices = sa.Table(
    "prices",
    metadata,
    _id(primary_key=True),
    _word("provider", 40),
    _word("model", 100),
    sa.Column("valid_from", sa.Date, nullable=False),
    _money("input_nano_usd"),
    _money("cached_nano_usd"),
    _money("output_nano_usd"),
    _count("batch_percent"),
    _money("page_nano_usd"),
    _text("source"),
    sa.Column("retrieved_on", sa.Date, nullable=False),
    sa.UniqueConstraint("provider", "model", "valid_from"),
)

batches = sa.Table(
    "batches",
    metadata,
    # stands in the job's metadata, so that a job whose id was never stored is found again
    _id(primary_key=True),
    _word("provider", 40),
    _word("provider_job_id", 100, nullable=True),
    _word("model", 100),
    # booked (nothing was sent), sending (a job may exist), submitted, ended, collected, released (there never was a job)
    _word("state", 30),
    _count("requested"),
    _count("succeeded"),
    _count("failed"),
    _time("submitted_at", nullable=True),
    _time("collected_at", nullable=True),
    _ref("run_id", "runs.id", nullable=True, ondelete="SET NULL"),
    _text("endpoint"),
    _count("timeout_hours"),
    # the job's, as the provider last said it
    _word("provider_status", 40, nullable=True),
    _text("reason"),
    _word("input_file_id", 100, nullable=True),
    _word("output_file_id", 100, nullable=True),
    _word("error_file_id", 100, nullable=True),
    _time("created_at", nullable=True),
    _time("attempted_at", nullable=True),
    # since when the provider knows nothing of the job or of its results
    _time("missing_since", nullable=True),
    # when nothing of it was left with the provider
    _time("cleaned_at", nullable=True),
    _id("lease_owner", nullable=True),
    _time("lease_until", nullable=True),
    sa.UniqueConstraint("provider", "provider_job_id"),
)

calls = sa.Table(
    "calls",
    metadata,
    _id(primary_key=True),
    # the cost record outlives everything else: what it names may be deleted under retention
    _ref("run_id", "runs.id", nullable=True, ondelete="SET NULL"),
    _ref("collection_id", "collections.id", nullable=True, ondelete="SET NULL"),
    _ref("document_id", "documents.id", nullable=True, ondelete="SET NULL"),
    _ref("question_id", "questions.id", nullable=True, ondelete="SET NULL"),
    _ref("batch_id", "batches.id", nullable=True, ondelete="SET NULL"),
    sa.Column("request_hash", sa.String(64), nullable=False, index=True),
    _word("purpose", 20),
    _count("attempt"),
    _word("provider", 40),
    _word("model_asked", 100),
    _word("model_served", 100, nullable=True),
    # realtime, batch, cache
    _word("mode", 20),
    # sent, answered, refused, failed, cut_off, lost
    sa.Column("state", sa.String(20), nullable=False, index=True),
    _count("http_status", nullable=True),
    _word("error_code", 100, nullable=True),
    _text("error_message"),
    _count("prompt_tokens"),
    _count("cached_tokens"),
    _count("completion_tokens"),
    _count("thinking_tokens"),
    _count("pages"),
    _ref("price_id", "prices.id", nullable=True, index=False),
    _money("reserved_nano_usd"),
    _money("cost_nano_usd"),
    # usage, estimate, at_risk, none
    _word("cost_basis", 20),
    _money("at_risk_nano_usd"),
    _money("avoided_nano_usd"),
    _time("sent_at", index=True),
    _time("completed_at", nullable=True),
    _count("latency_ms", nullable=True),
    _ref("process_id", "processes.id", nullable=True, ondelete="SET NULL"),
    _word("provider_request_id", 200, nullable=True),
)

replies = sa.Table(
    "replies",
    metadata,
    sa.Column("call_id", sa.String(32), sa.ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("request_hash", sa.String(64), nullable=False, index=True),
    _text("raw_body"),
    _text("answer"),
    _text("thinking"),
    _word("finish_reason", 40),
    # true until somebody finds that it is no use (truncated, invalid); what is no use is no cache hit
    sa.Column("usable", sa.Boolean, nullable=False, server_default=sa.true()),
    _text("unusable_reason"),
    _time("created_at"),
)

finding_identities = sa.Table(
    "finding_identities",
    metadata,
    _id(primary_key=True),
    _ref("collection_id", "collections.id"),
    _id("lineage_id", nullable=False, index=True),
    _word("profile", 100),
    _word("category", 200),
    _time("created_at"),
)

findings = sa.Table(
    "findings",
    metadata,
    _id(primary_key=True),
    _ref("analysis_id", "analyses.id", ondelete="CASCADE"),
    sa.Column("category", sa.String(200), nullable=False, index=True),
    # present, not_present, no_match (rules), unclear, contradicted, unverified
    _word("state", 20),
    _text("answer"),
    _text("value_text", nullable=True),
    sa.Column("value_number", sa.Float, nullable=True),
    _word("value_unit", 60, nullable=True),
    _word("value_scale", 30, nullable=True),
    _word("value_currency", 10, nullable=True),
    sa.Column("value_date", sa.Date, nullable=True),
    _word("value_duration", 60, nullable=True),
    sa.Column("period_start", sa.Date, nullable=True),
    sa.Column("period_end", sa.Date, nullable=True),
    sa.Column("period_instant", sa.Date, nullable=True),
    _word("party", 300, nullable=True),
    _word("severity", 20, nullable=True),
    sa.Column("confidence", sa.Float, nullable=True),
    _count("votes", nullable=True),
    _count("votes_agreeing", nullable=True),
    _word("rule_id", 100, nullable=True),
    _ref("identity_id", "finding_identities.id", nullable=True, ondelete="SET NULL"),
    _id("superseded_by", nullable=True),
    _time("created_at"),
    # digest of what it says, without the wording: where it differs from what a reviewer saw, somebody has to look again
    _word("fingerprint", 32, nullable=True),
)

evidence = sa.Table(
    "evidence",
    metadata,
    _id(primary_key=True),
    _ref("finding_id", "findings.id", ondelete="CASCADE"),
    _count("ordinal"),
    # basis, definition, context, input
    _word("role", 20),
    _text("claimed_quote"),
    _text("quote"),
    _count("char_start", nullable=True),
    _count("char_end", nullable=True),
    _count("page_index", nullable=True),
    _word("page_label", 60, nullable=True),
    _count("last_page_index", nullable=True),
    _word("last_page_label", 60, nullable=True),
    _text("clause_path"),
    # exact, folded, letters, none
    _word("match_level", 20),
    sa.Column("checks_passed", sa.JSON, nullable=True),
    sa.Column("checks_failed", sa.JSON, nullable=True),
    sa.UniqueConstraint("finding_id", "ordinal"),
)

reviews = sa.Table(
    "reviews",
    metadata,
    _id(primary_key=True),
    _ref("identity_id", "finding_identities.id"),
    _word("verdict", 20),
    _text("corrected_answer", nullable=True),
    _text("reviewer"),
    _text("note"),
    _time("reviewed_at"),
    # what the reviewer saw; the finding itself may be replaced by a later run
    _id("finding_id", nullable=True),
    _word("fingerprint", 32, nullable=True),
    _word("state_seen", 20, nullable=True),
    _text("answer_seen", nullable=True),
    _text("quote_seen", nullable=True),
)

document_captions = sa.Table(
    "document_captions",
    metadata,
    sa.Column("document_id", sa.String(32), sa.ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    # of what read it; another version reads it again
    _word("version", 20),
    _text("title"),
    # agreement, amendment, restatement, side_letter, exhibit, waiver, consent, joinder, termination, other
    _word("kind", 20),
    _count("number", nullable=True),
    sa.Column("dated", sa.Date, nullable=True),
    sa.Column("effective_on", sa.Date, nullable=True),
    sa.Column("names", sa.JSON, nullable=False),
    # the documents that it changes or belongs to: [title, day or null, char_start, char_end]
    sa.Column("bases", sa.JSON, nullable=False),
    # what it changes: [char_start, char_end, clauses, term, act, former words, new words, own day or null]
    sa.Column("passages", sa.JSON, nullable=False),
)

family_members = sa.Table(
    "family_members",
    metadata,
    sa.Column("collection_id", sa.String(32), sa.ForeignKey("collections.id"), primary_key=True),
    sa.Column("lineage_id", sa.String(32), primary_key=True),
    _id("family_id", nullable=False, index=True),
    _ref("document_id", "documents.id", ondelete="CASCADE"),
    _word("relation", 20),
    # the lineage of what it changes or belongs to; none for the base itself, and where that is not in the collection
    _id("base_id", nullable=True),
    _count("place"),
    _text("named"),
    _count("char_start", nullable=True),
    _count("char_end", nullable=True),
    _text("basis"),
)

supersessions = sa.Table(
    "supersessions",
    metadata,
    sa.Column("finding_id", sa.String(32), sa.ForeignKey("findings.id", ondelete="CASCADE"), primary_key=True),
    # 0 ends the finding; each further one ends what the one before it reads. Below 0: a part of the clause is changed, and whether it is
    # the one that the finding stands in nobody can tell; that ends nothing
    sa.Column("ordinal", sa.Integer, primary_key=True),
    _ref("collection_id", "collections.id"),
    _ref("by_document_id", "documents.id", ondelete="CASCADE"),
    # none where nothing of the same category was found in what says otherwise
    _ref("by_finding_id", "findings.id", nullable=True, ondelete="SET NULL"),
    sa.Column("starts_on", sa.Date, nullable=True),
    _count("char_start", nullable=True),
    _count("char_end", nullable=True),
    _text("reason"),
    # the finding's quote with the new words in the place of the former ones, where both are known
    _text("reads"),
)

evaluations = sa.Table(
    "evaluations",
    metadata,
    _id(primary_key=True),
    _ref("run_id", "runs.id", nullable=True, ondelete="SET NULL"),
    _word("profile", 100),
    _word("profile_version", 20),
    _word("provider", 40),
    _word("model", 100),
    # the labelled corpus, and the hash of its labels
    _text("gold"),
    _word("gold_sha256", 64),
    _count("documents"),
    _count("labels"),
    _money("cost_nano_usd"),
    # shares, of the wrong and of the right findings; none where there are none of them
    sa.Column("wrong_findings_flagged", sa.Float, nullable=True),
    sa.Column("right_findings_flagged", sa.Float, nullable=True),
    sa.Column("answers_right", sa.Float, nullable=True),
    sa.Column("calibration", sa.JSON, nullable=False),
    _time("evaluated_at"),
)

evaluation_scores = sa.Table(
    "evaluation_scores",
    metadata,
    sa.Column("evaluation_id", sa.String(32), sa.ForeignKey("evaluations.id", ondelete="CASCADE"), primary_key=True),
    # empty for all categories together
    sa.Column("category", sa.String(200), primary_key=True),
    # jaccard, one_to_one, located
    sa.Column("measure", sa.String(20), primary_key=True),
    _count("found_right"),
    _count("found_wrong"),
    _count("missed"),
    sa.Column("precision", sa.Float, nullable=False),
    sa.Column("recall", sa.Float, nullable=False),
    sa.Column("f1", sa.Float, nullable=False),
)

limits = sa.Table(
    "limits",
    metadata,
    # provider and model, e.g. mistral/magistral-medium-2509
    sa.Column("key", sa.String(150), primary_key=True),
    sa.Column("requests_per_second", sa.Float, nullable=False),
    sa.Column("tokens_per_minute", sa.BigInteger, nullable=False),
    _time("requests_free_at", nullable=True),
    _time("tokens_free_at", nullable=True),
    _time("updated_at"),
)

budgets = sa.Table(
    "budgets",
    metadata,
    _id(primary_key=True),
    # run, day, month, collection
    _word("kind", 20),
    _word("subject", 64),
    # none: what is spent is counted and nothing is refused
    _money("cap_nano_usd", nullable=True),
    _money("reserved_nano_usd"),
    _money("spent_nano_usd"),
    sa.UniqueConstraint("kind", "subject"),
)
