"""One answer's text to checked answers, item by item: a bad item costs itself and leaves a problem, never the good ones beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from nightclerk.findings import payload
from nightclerk.records import Answer, Value

MAX_ITEMS = 2_000
MAX_QUOTE = 20_000
MAX_TEXT = 10_000
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
# NUL cannot be stored by PostgreSQL, and half of a surrogate pair cannot be encoded at all
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Named(Protocol):
    """A category of a profile."""

    @property
    def name(self) -> str:
        """What findings are filed under."""


class Shape(Protocol):
    """What parsing needs of a profile: the schema of an answer, and its categories."""

    @property
    def schema(self) -> Mapping[str, Any]:
        """JSON schema of the whole answer."""

    @property
    def categories(self) -> Sequence[Named]:
        """The categories that findings may have."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The usable items of one answer, and one line for each thing that was not usable; `whole` when no item was left out."""

    answers: tuple[Answer, ...]
    problems: tuple[str, ...]
    whole: bool = True


def parse(answer_text: str, profile: Shape, *, salvage: bool = False) -> Parsed:
    """Read an answer: JSON `{"findings": [...]}`, each item valid under the profile's schema and of one of its categories.

    Items that are not are left out with a problem; a key that may be null may also be missing, and a category may differ from the
    profile's in case and punctuation. With `salvage` the complete items of an answer that broke off are kept. Raises `BadAnswer` where
    the text holds no findings at all.
    """
    found = payload.read(answer_text, salvage=salvage)
    problems: list[str] = []
    if found.lists == 0:
        problems.append(f"the answer broke off; its {len(found.items)} complete findings were kept")
    if found.lists > 1:
        problems.append(f"the answer holds {found.lists} lists of findings; the last one counts")
    if len(found.items) > MAX_ITEMS:
        problems.append(f"the answer lists {len(found.items):,} findings; the first {MAX_ITEMS:,} were kept")
    reader = _Reader(profile)
    read = [reader.read(number, item) for number, item in enumerate(found.items[:MAX_ITEMS], start=1)]
    answers = tuple(answer for answer in read if answer)
    return Parsed(answers, (*problems, *reader.problems), whole=found.lists > 0 and len(answers) == len(found.items))


class _UnfitError(Exception):
    """This item is of no use, and why."""


class _Reader:
    """Reads the items of one answer; what it leaves out is a line in `problems`."""

    def __init__(self, profile: Shape) -> None:
        self.problems: list[str] = []
        self._names = {_plain(category.name): category.name for category in profile.categories}
        self._schema = _item_schema(profile.schema)
        self._validator = Draft202012Validator(self._schema)
        self._number = 0

    def read(self, number: int, item: Any) -> Answer | None:
        self._number = number
        try:
            return self._answer(self._checked(item))
        except _UnfitError as unfit:
            self._problem(f"{unfit}; it was left out")
            return None

    def _checked(self, item: Any) -> dict[str, Any]:
        """The item with the profile's own spelling of its category; raises `_UnfitError`."""
        if not isinstance(item, dict):
            raise _UnfitError("is not an object")
        category = item.get("category")
        name = self._names.get(_plain(category)) if isinstance(category, str) else None
        if name is None:
            raise _UnfitError(f"names no category of the profile: {_short(category)}")
        quote = item.get("quote")
        if isinstance(quote, str) and len(quote) > MAX_QUOTE:
            raise _UnfitError(f"quotes {len(quote):,} characters; at most {MAX_QUOTE:,} are read")
        checked = _completed({**item, "category": name}, self._schema)
        self._validate(checked)
        if item.get("state") not in ("present", "unclear"):
            raise _UnfitError(f"has the state {_short(item.get('state'))}; an answer says present or unclear")
        return checked

    def _validate(self, item: dict[str, Any]) -> None:
        try:
            error = best_match(self._validator.iter_errors(item))
        except RecursionError:
            raise _UnfitError("is nested too deeply") from None
        if error:
            place = ".".join(str(part) for part in error.absolute_path)[:100]
            raise _UnfitError(f"does not fit the schema{f' at {place}' if place else ''}: {error.message[:200]}")

    def _answer(self, item: dict[str, Any]) -> Answer:
        value = item.get("value")
        return Answer(
            category=item["category"],
            state=item["state"],
            quote=self._text(item, "quote", MAX_QUOTE) or "",
            answer=self._text(item, "answer", MAX_TEXT) or "",
            value=self._value(value) if isinstance(value, dict) else Value(),
            confidence=self._confidence(item.get("confidence")),
            rule_id=self._text(item, "rule_id", 100),
        )

    def _value(self, value: dict[str, Any]) -> Value:
        # the lengths are those of the columns in `findings`
        return Value(
            text=self._text(value, "text", MAX_TEXT),
            number=_float(value.get("number")),
            unit=self._text(value, "unit", 60),
            scale=self._text(value, "scale", 30),
            currency=self._text(value, "currency", 10),
            day=self._day(value, "date"),
            duration=self._text(value, "duration", 60),
            period_start=self._day(value, "period_start"),
            period_end=self._day(value, "period_end"),
            period_instant=self._day(value, "period_instant"),
            party=self._text(value, "party", 300),
        )

    def _text(self, holder: dict[str, Any], key: str, longest: int) -> str | None:
        text = holder.get(key)
        if not isinstance(text, str) or not (text := _UNSTORABLE.sub("\ufffd", text).strip()):
            return None
        if len(text) > longest:
            self._problem(f"{key} was cut to {longest:,} characters")
        return text[:longest]

    def _day(self, value: dict[str, Any], key: str) -> date | None:
        text = self._text(value, key, 100)
        if text is None:
            return None
        try:
            return date.fromisoformat(text if _ISO_DATE.fullmatch(text) else "")
        except ValueError:
            self._problem(f"{key} is no date of the form YYYY-MM-DD and was left out: {_short(text)}")
            return None

    def _confidence(self, value: Any) -> float | None:
        number = _float(value)
        if number is not None and not 0 <= number <= 1:
            self._problem(f"confidence {number:g} is not between 0 and 1 and was left out")
            return None
        return number

    def _problem(self, what: str) -> None:
        self.problems.append(f"finding {self._number}: {what}")


def _item_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of one item as a schema of its own, which still reaches the definitions of the whole."""
    items = schema.get("properties", {}).get("findings", {}).get("items", {})
    shared = {key: schema[key] for key in ("$schema", "$defs", "definitions") if key in schema}
    return {**shared, **items}


def _completed(item: dict[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The item with null for each key that may be null and was not written: endpoints without strict output leave such keys out."""
    whole = dict(item)
    for key, part in schema.get("properties", {}).items():
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(kind, list) and "null" in kind:
            whole.setdefault(key, None)
        elif kind == "object" and isinstance(whole.get(key, {} if key in schema.get("required", ()) else None), dict):
            whole[key] = _completed(whole.get(key, {}), part)
    return whole


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _float(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _short(value: Any) -> str:
    return repr(value if isinstance(value, str | int | float | bool | None) else type(value).__name__)[:80]
