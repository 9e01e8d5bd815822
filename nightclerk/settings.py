"""The settings: one class, read once, from `NIGHTCLERK_*` in the environment and then from a `.env` file.

Lists are written as JSON (`["/srv/inbox"]`). A wrong value is a `SettingsError` that names the setting and what it accepts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from nightclerk.errors import SettingsError

PREFIX = "NIGHTCLERK_"
ENV_FILE = ".env"
# far above any night, far below what 64 bits of nano-USD hold
MOST_USD = 1_000_000
Mode = Literal["realtime", "batch", "auto"]
ENDPOINTS = {"mistral": "https://api.mistral.ai", "puter": "https://api.puter.com"}


class Settings(BaseSettings):
    """What a person can set. Each field is the environment variable `NIGHTCLERK_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=ENV_FILE, env_file_encoding="utf-8", extra="ignore", frozen=True)

    data_dir: Path = Field(Path.home() / ".nightclerk", description="Folder for everything Nightclerk keeps on disk.")
    database_url: str = Field("", description="SQLAlchemy URL; empty means a SQLite file in the data folder.")
    provider: Literal["rules", "mistral", "openai_compatible", "puter"] = Field(
        "rules", description="Who answers: the profile's own patterns, a Mistral endpoint, a server of one's own or a gateway, or Puter."
    )
    model: str = Field("magistral", description="A model id, or `magistral`: the first of the ordered list that the endpoint serves.")
    api_key: SecretStr | None = Field(None, description="Key or token of the endpoint. Never logged and never stored.")
    endpoint: str = Field("", description="Base URL of the endpoint, without /v1; empty means the provider's own.")
    price_input_usd_per_mtok: Decimal | None = Field(
        None, ge=0, le=MOST_USD, description="What a million prompt tokens cost at an openai_compatible server, in USD; 0 has to be said."
    )
    price_output_usd_per_mtok: Decimal | None = Field(
        None, ge=0, le=MOST_USD, description="What a million completion tokens cost there, in USD; 0 has to be said."
    )
    context_tokens: int | None = Field(
        None, ge=1_000, le=10**8, description="How much one request may hold at an openai_compatible server that does not say so itself."
    )
    requests_per_second: float = Field(
        1.0, gt=0, le=10_000, allow_inf_nan=False, description="The provider's request limit; fractions are allowed."
    )
    tokens_per_minute: int = Field(500_000, gt=0, le=10**12, description="The provider's limit on prompt and completion tokens together.")
    max_in_flight: int = Field(64, ge=1, le=1_000, description="How many calls may be open at once.")
    call_timeout_s: float = Field(300.0, gt=0, le=86_400, description="Deadline of one whole call, in seconds.")
    max_attempts: int = Field(6, ge=1, le=100, description="How often one request is tried before its question is given up.")
    mode: Mode = Field(
        "realtime", description="How questions are sent: in `batch` jobs at half the price; `auto`: so where the schedule started the run."
    )
    batch_timeout_hours: int = Field(24, ge=1, le=168, description="How long a batch job may take before the provider gives it up.")
    budget_usd: Decimal = Field(Decimal(5), ge=0, le=MOST_USD, description="What one run may spend at most, in USD.")
    budget_day_usd: Decimal | None = Field(None, ge=0, le=MOST_USD, description="What the runs that begin on one day may spend together.")
    budget_month_usd: Decimal | None = Field(None, ge=0, le=MOST_USD, description="The same of one month.")
    source_roots: list[str] = Field(
        default_factory=list, description="Folders and URLs that a form may name, with what lies below them; the command line is consent."
    )
    private_hosts: list[str] = Field(
        default_factory=list, description="Hosts of http(s) sources, as name or name:port, that may have private or loopback addresses."
    )
    profile_path: list[Path] = Field(default_factory=list, description="Folders with your own profiles, searched before the shipped ones.")
    chunk_tokens: int = Field(8_000, ge=200, le=100_000, description="Size of a chunk, in Mistral tokens.")
    reanalyse: Literal["never", "prompt", "model", "reader", "all"] = Field("never", description="What makes a document due again.")
    timezone: str = Field("UTC", description="The time zone of the day by which a price is chosen and a budget counts.")
    max_file_mb: int = Field(200, ge=1, description="Larger files are not opened.")
    spool_mb: int = Field(
        2_000, ge=1, description="Disk that downloaded and unpacked files may take while they are read; no archive is unpacked further."
    )
    read_memory_mb: int = Field(2_048, ge=256, description="Memory that reading one file may take.")
    read_cpu_s: int = Field(120, ge=1, description="CPU seconds that reading one file may take.")
    ocr: Literal["auto", "off", "mistral"] = Field(
        "auto", description="Who reads pages that are pictures: `auto`, an engine installed here; `mistral`, Mistral's endpoint, for money."
    )
    pdf_reader: Literal["auto", "pdfium", "pypdf"] = Field(
        "auto", description="Who reads PDFs; `auto` is pdfium, and pypdf for each page that pdfium cannot read."
    )
    docx_view: Literal["accepted", "original", "marked_up"] = Field(
        "accepted", description="Which text of a file with tracked changes is read: with them, before them, or both with marks."
    )
    pdf_passwords: list[SecretStr] = Field(
        default_factory=list, description="Passwords to try on encrypted PDFs. Never logged and never stored."
    )
    read_workers: int = Field(min(os.cpu_count() or 1, 8), ge=1, le=64, description="How many files are read at once.")

    @field_validator("data_dir", mode="before")
    @classmethod
    def _a_folder(cls, value: object) -> object:
        if not str(value).strip():
            raise ValueError("is empty, which would be whatever folder one happens to be in; leave it out or name a folder")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("must be a time zone name such as Europe/Berlin or UTC")
        return value

    @field_validator("endpoint")
    @classmethod
    def _http_url(cls, value: str) -> str:
        if not value.strip():
            return ""
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with https:// (or http:// for a server of your own)")
        if not _host(value):
            raise ValueError("names no host and port that an address can have")
        return value.rstrip("/").removesuffix("/v1")

    @field_validator("api_key")
    @classmethod
    def _no_empty_key(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value and value.get_secret_value().strip() else None

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'nightclerk.db').expanduser().absolute()}"

    @property
    def endpoint_url(self) -> str:
        """The base URL in force; raises `SettingsError` for a provider that has none of its own."""
        if not self.endpoint and self.provider not in ENDPOINTS:
            raise SettingsError(
                f"{PREFIX}ENDPOINT: the provider {self.provider} needs the address of a server, such as http://127.0.0.1:8000"
            )
        return self.endpoint or ENDPOINTS[self.provider]

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the day by which a price is chosen and a budget counts."""
        return ZoneInfo(self.timezone)

    @property
    def budget_nano_usd(self) -> int:
        """The cap of one run in nano-USD."""
        return int(self.budget_usd * 1_000_000_000)


def load() -> Settings:
    """Read the settings; raises `SettingsError` with one line per wrong value, or for a name that is one letter beside a setting's."""
    try:
        _refuse_misspelt([*os.environ, *DotEnvSettingsSource(Settings).env_vars])
        return Settings()
    except ValidationError as error:
        lines = [f"{PREFIX}{str(part['loc'][0]).upper()}: {part['msg'].removeprefix('Value error, ')}" for part in error.errors()]
        raise SettingsError("; ".join(lines)) from None
    except SourceError as error:
        # pydantic-settings names the field and not the value: "error parsing value for field ..."
        raise SettingsError(f'{error}; lists are written as JSON, e.g. ["/srv/inbox"]') from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the file {ENV_FILE} in the working folder cannot be read: {error}") from None


def _refuse_misspelt(names: Iterable[str]) -> None:
    """A budget that is misspelt would be no budget. Other names with the prefix may be somebody's own."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    for name in (name.upper() for name in names if name.upper().startswith(PREFIX)):
        if name not in known and (meant := get_close_matches(name, known, n=1, cutoff=0.9)):
            raise SettingsError(f"{name}: there is no such setting; {meant[0]} is meant")


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        return parts.hostname if parts.port != 0 else None
    except ValueError:
        return None


def shown(settings: Settings) -> list[tuple[str, str, str]]:
    """(setting, value, origin) of each setting, secrets masked; origin is environment, .env or default."""
    rows = []
    for name in Settings.model_fields:
        value = getattr(settings, name)
        text = "**********" if isinstance(value, SecretStr) else _plain(value)
        rows.append((f"{PREFIX}{name.upper()}", masked_url(text), _origin(settings, name)))
    return rows


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(str(item) for item in value) + "]"
    return "" if value is None else str(value)


def masked_url(text: str) -> str:
    """Hide a password inside a URL such as postgresql://clerk:secret@host/db."""
    scheme, mark, rest = text.partition("://")
    credentials, at, host = rest.rpartition("@")
    if not mark or not at or ":" not in credentials:
        return text
    return f"{scheme}://{credentials.split(':', 1)[0]}:**********@{host}"


def _origin(settings: Settings, name: str) -> str:
    if any(key.upper() == f"{PREFIX}{name.upper()}" for key in os.environ):
        return "environment"
    return ".env" if name in settings.model_fields_set else "default"
