"""The shape of a profile's files. Whatever they hold beyond this is an error, so that a typing mistake cannot be silently ignored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from nightclerk.profiles.patterns import Pattern

# the typed value of a finding: every answer carries all of these, null where one does not apply
VALUE_FIELDS = ("text", "number", "unit", "scale", "currency", "date", "duration", "period_start", "period_end", "period_instant", "party")
# no pattern may be slow by looking at much at once
MAX_OPENING = 20_000

Kind = Literal["clause", "party", "date", "money", "percentage", "duration", "yes_no", "figure", "list", "text"]
Severity = Literal["low", "medium", "high"]
State = Literal["present", "not_present", "no_match", "unclear", "contradicted", "unverified"]
# more samples than this tell nothing new (Wang et al., arXiv 2203.11171, figure 2, levels off before)
Votes = Annotated[int, Field(ge=1, le=15)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Keyword = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^A-Z\s]+$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]*$", max_length=100)]


class Strict(BaseModel):
    """Part of a profile's file: frozen, and no key beyond the declared ones."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Example(Strict):
    """A passage and the right finding in it; `quote` stands in `text`."""

    text: Annotated[str, StringConstraints(min_length=1)]
    quote: Annotated[str, StringConstraints(min_length=1)]
    answer: str

    @model_validator(mode="after")
    def _quote_stands_there(self) -> Example:
        if self.quote not in self.text:
            raise ValueError(f"the quote {self.quote!r} does not stand in its text")
        return self


class SeverityRule(Strict):
    """How grave a finding is when everything that is said here holds: its state, its number, a pattern over its quote and answer."""

    severity: Severity
    states: tuple[State, ...] = ("present",)
    at_least: float | None = None
    below: float | None = None
    pattern: Pattern | None = None


class Category(Strict):
    """One thing to look for. `absence_matters`: a document without it is itself a finding worth a row.

    `unit`, `currencies` and `period` say how its value is to be given. The first of `severity_rules` that holds decides how grave a finding
    is; where none does, a present one has `severity`. `votes` is how many samples it is worth, where that is not the profile's number.
    """

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    kind: Kind
    question: Text
    absence_matters: bool
    severity: Severity | None = None
    severity_rules: tuple[SeverityRule, ...] = ()
    unit: Text | None = None
    currencies: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")], ...] = ()
    period: Literal["instant", "duration"] | None = None
    examples: tuple[Example, ...] = ()
    votes: Votes | None = None


class ModelSettings(Strict):
    """What a profile wants of the model in the place of the catalog's values; `effort` only where the model knows efforts."""

    temperature: float | None = Field(None, ge=0, le=1.5)
    top_p: float | None = Field(None, gt=0, le=1)
    effort: Literal["none", "low", "medium", "high"] | None = None


class Manifest(Strict):
    """profile.yaml.

    `answer_language` is what answers are written in, quotes stay as they are. `votes` is how many samples every question is asked for,
    `second_pass` asks once more for what the first answer has missed.
    `context_tokens` is how much a question may show beside its chunk, where the templates show it; `document_checks` files what is wrong
    with the document's definitions and references.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=100)]
    version: Annotated[str, StringConstraints(pattern=r"^v[1-9][0-9]*$", max_length=20)]
    title: Text
    purpose: Text
    max_output_tokens: int = Field(ge=256, le=131_072)
    credits: tuple[Text, ...] = ()
    answer_language: Text | None = None
    votes: Votes = 1
    second_pass: bool = False
    model: ModelSettings = ModelSettings()
    context_tokens: int = Field(2_000, ge=0, le=50_000)
    document_checks: bool = False
    categories: tuple[Category, ...] = Field(min_length=1)


class Rule(Strict):
    """One declarative pattern of the rules analyst.

    A sentence is a hit when one of `keywords` (lower case, looked up before any pattern) stands in it, `pattern` and every one of
    `also` match, and none of `unless` does. `quote` says what is cited: the sentence, or the match, of which only a named
    group where one matched. `within` limits the rule to the first so many characters of a document; with `reach: opening` it looks at them
    as one text instead of sentence by sentence. `limit` is the most it finds in a chunk. `answer` is what it says, where that is not the value
    or, of a yes or no question, yes.
    """  # noqa: E501

    id: Identifier
    category: Text
    keywords: tuple[Keyword, ...] = Field(min_length=1)
    pattern: Pattern
    also: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    quote: Literal["match", "sentence"] = "sentence"
    reach: Literal["sentence", "opening"] = "sentence"
    within: int | None = Field(None, ge=1, le=MAX_OPENING)
    limit: int | None = Field(None, ge=1)
    value: Kind | None = None
    answer: Text | None = None

    @model_validator(mode="after")
    def _opening_has_an_end(self) -> Rule:
        if self.reach == "opening" and (self.within is None or self.quote != "match"):
            raise ValueError("reach: opening needs `within` and quote: match")
        return self


class RuleBook(Strict):
    """rules.yaml. `terms` are pieces of patterns; `{name}` in a pattern puts one in. `skip`: what is no sentence worth quoting."""

    terms: dict[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")], str] = {}
    skip: tuple[Pattern, ...] = ()
    rules: tuple[Rule, ...]

    def effective(self) -> tuple[Rule, ...]:
        """The rules as they work: those that quote a sentence pass over headings and tables of contents."""
        return tuple(
            rule.model_copy(update={"unless": rule.unless + self.skip}) if rule.quote == "sentence" else rule for rule in self.rules
        )


class ExpectedFinding(Strict):
    """One finding that a case's text holds. `answer` is what the prompt shows as an example."""

    category: Text
    quote: Annotated[str, StringConstraints(min_length=1)]
    answer: str = ""


class Case(Strict):
    """A worked example: a text and what stands in it. `show` puts it into the prompt."""

    name: Identifier
    text: Annotated[str, StringConstraints(min_length=1)]
    findings: tuple[ExpectedFinding, ...]
    show: bool = False


class CaseBook(Strict):
    """cases.yaml."""

    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A checked profile. `content` holds its files as read (file name -> text), `sha256` is over all of them."""

    name: str
    version: str
    title: str
    purpose: str
    max_output_tokens: int
    categories: tuple[Category, ...]
    schema: Mapping[str, Any]
    rules: tuple[Rule, ...]
    cases: tuple[Case, ...]
    content: Mapping[str, str]
    sha256: str
    answer_language: str | None = None
    votes: int = 1
    second_pass: bool = False
    model: ModelSettings = field(default_factory=ModelSettings)
    # tokens that a question may show beside its chunk; 0 where no template shows them
    context_tokens: int = 0
    document_checks: bool = False

    @property
    def most_votes(self) -> int:
        """How many samples a question is worth at most: the number of the category that is worth most."""
        return max(category.votes or self.votes for category in self.categories)

    @property
    def id(self) -> str:
        """What a person or a request calls it: `contract_review/v1`."""
        return f"{self.name}/{self.version}"
