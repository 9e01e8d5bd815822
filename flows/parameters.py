"""The forms of Prefect's UI. Its labels are raw names outside of models, so every form is one model with titles."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, Field

from nightclerk import profiles, settings, wiring
from nightclerk.pipeline import Order, default_collection
from nightclerk.pipeline.desk import Trigger
from nightclerk.settings import Mode

# a plain `str` with the names as its choices: profiles are found on a search path, so no Literal can know them;
# a bare name is its newest version
VERSIONS = profiles.available(settings.load().profile_path)
PROFILES = [*dict.fromkeys(version.partition("/")[0] for version in VERSIONS), *VERSIONS]


class Request(BaseModel):
    """What to read, what to ask, and what it may cost."""

    sources: list[str] = Field(
        title="Files, folders and URLs",
        min_length=1,
        description="Full paths and URLs (s3, gs, az, sftp, https) under the allowed source roots (NIGHTCLERK_SOURCE_ROOTS).",
    )
    profile: str = Field(
        "contract_review", title="Profile", description="What to ask of each document.", json_schema_extra={"enum": list(PROFILES)}
    )
    budget_usd: float = Field(
        5.0, title="Budget (USD)", ge=0, le=settings.MOST_USD, allow_inf_nan=False, description="The run stops before it would spend more."
    )
    mode: Mode = Field(
        settings.load().mode,
        title="Mode",
        description="batch: half the price, answered within hours; auto: batch for what the schedule starts; realtime: at once.",
    )
    collection: str = Field("", title="Collection", max_length=200, description="The matter, deal or inbox; empty: the first folder.")

    def order(self, *, trigger: Trigger, triggered_by: str, flow_run_id: str | None) -> Order:
        """The same as the domain knows it; raises `SourceNotAllowed` for a path or URL outside the allowed roots."""
        places = wiring.allowed(self.sources, settings.load())
        return Order(
            sources=places,
            profile=self.profile,
            collection=self.collection or default_collection(places),
            budget_nano_usd=int(Decimal(str(self.budget_usd)) * 1_000_000_000),
            trigger=trigger,
            triggered_by=triggered_by,
            flow_run_id=flow_run_id,
            mode=self.mode,
        )
