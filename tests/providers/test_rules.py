"""The rules analyst: verbatim, deterministic, indifferent to line ends, bounded in cost; and the provider around it."""

from __future__ import annotations

import asyncio
import json
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from nightclerk import profiles
from nightclerk.errors import CallTimeout, Unprocessable
from nightclerk.profiles import Profile, Rule
from nightclerk.prompting import ask
from nightclerk.providers.analyst.sentences import MAX_CHARACTERS
from nightclerk.providers.protocol import Provider
from nightclerk.providers.rules import MODEL, Rules, answer
from nightclerk.records import Chunk, ModelCard, Usage

CONTRACT = profiles.load("contract_review")
FILING = profiles.load("financial_filing")
BOTH = [CONTRACT, FILING]
CASES = [case.text for profile in BOTH for case in profile.cases]
CARD = ModelCard(MODEL, "rules", 1_000_000, 1_000_000, "none", True, 0.0, None, date(2099, 1, 1), None, "built in")
NOISE = st.one_of(
    st.text(max_size=30), st.sampled_from(["İ", "\n\n", "\n", " ", "“", '("X")', "$1,000", "shall not assign", "U.S.", "\u00a0", "|"])
)
TEXTS = st.lists(st.one_of(st.sampled_from(CASES), NOISE), max_size=6).map("".join)


def found(profile: Profile, text: str, position: tuple[int, int] = (0, 1)) -> list[dict[str, Any]]:
    """The findings of one chunk."""
    return answer(profile, text, position)["findings"]


@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.name)
def test_every_quote_is_a_slice_of_the_text(profile: Profile, text: str) -> None:
    """Whatever the text, each finding is present, quotes it verbatim, names its rule, and the whole answer fits the schema."""
    reply = answer(profile, text, (0, 1))
    Draft202012Validator(profile.schema).validate(reply)
    rules = {rule.id: rule.category for rule in profile.rules}
    for item in reply["findings"]:
        assert item["quote"]
        assert item["quote"] in text
        assert item["quote"] == item["quote"].strip()
        assert item["state"] == "present"
        assert rules[item["rule_id"]] == item["category"]


@settings(max_examples=25, deadline=None)
@given(text=TEXTS)
def test_the_same_text_gives_the_same_answer(text: str) -> None:
    """The answer is a function of profile, text and place."""
    assert answer(CONTRACT, text, (1, 3)) == answer(profiles.load("contract_review"), text, (1, 3))


@pytest.mark.parametrize("width", [30, 55, 90])
@pytest.mark.parametrize("case", [case.name for case in CONTRACT.cases if case.name != "opening"])
def test_line_ends_inside_sentences_do_not_matter(case: str, width: int) -> None:
    """Text out of a PDF breaks anywhere; the same findings come out of it."""
    text = next(item.text for item in CONTRACT.cases if item.name == case)
    wrapped = textwrap.fill(text, width, break_on_hyphens=False)
    assert [_flat(item) for item in found(CONTRACT, wrapped)] == [_flat(item) for item in found(CONTRACT, " ".join(text.split()))]


def _flat(item: dict[str, Any]) -> tuple[str, str]:
    return item["category"], " ".join(item["quote"].split())


def test_what_opens_a_document_is_looked_for_in_its_first_chunk_only() -> None:
    """A later chunk that names another agreement has no title and no parties."""
    text = next(case.text for case in CONTRACT.cases if case.name == "opening")
    assert {"Document Name", "Parties", "Agreement Date"} <= {item["category"] for item in found(CONTRACT, text, (0, 3))}
    assert found(CONTRACT, text, (1, 3)) == []


def test_values_are_typed() -> None:
    """Dates, durations, amounts and negative figures come out as values, not only as text."""
    opening = next(case.text for case in CONTRACT.cases if case.name == "opening")
    renewal = next(case.text for case in CONTRACT.cases if case.name == "term-and-renewal")
    figures = next(case.text for case in FILING.cases if case.name == "income-statement")
    values = {item["rule_id"]: item["value"] for text in (opening, renewal) for item in found(CONTRACT, text)}
    values |= {item["rule_id"]: item["value"] for item in found(FILING, figures)}
    assert values["date-of-agreement"]["date"] == "2021-03-03"
    assert values["renewal"]["duration"] == "P1Y"
    assert (values["revenue-row"]["number"], values["revenue-row"]["currency"]) == (1204, "USD")
    assert values["net-income-row"]["number"] == -42


def test_every_instance_is_found() -> None:
    """The second audit clause is as good as the first."""
    clause = "Licensee shall permit Licensor to audit the books of {} upon notice. "
    text = "".join(clause.format(name) for name in ("Alpha", "Beta", "Gamma"))
    assert [item["quote"] for item in found(CONTRACT, text)] == [clause.format(name).strip() for name in ("Alpha", "Beta", "Gamma")]


class _Counting:
    """A pattern that counts the characters it is given to search."""

    def __init__(self, pattern: regex.Pattern[str], seen: list[int]) -> None:
        self._pattern, self._seen = pattern, seen

    def search(self, text: str, **limits: Any) -> regex.Match[str] | None:
        """Search and count."""
        self._seen.append(len(text))
        return self._pattern.search(text, **limits)

    def finditer(self, text: str, **limits: Any) -> Iterator[regex.Match[str]]:
        """Search on and count."""
        self._seen.append(len(text))
        return self._pattern.finditer(text, **limits)


def _counted(profile: Profile, text: str) -> list[int]:
    seen: list[int] = []

    def counting(rule: Rule) -> Rule:
        lists = {name: tuple(_Counting(pattern, seen) for pattern in getattr(rule, name)) for name in ("also", "unless")}
        return rule.model_copy(update={"pattern": _Counting(rule.pattern, seen), **lists})

    answer(replace(profile, rules=tuple(counting(rule) for rule in profile.rules)), text, (0, 1))
    return seen


@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.name)
def test_work_grows_with_the_text_and_with_nothing_else(profile: Profile) -> None:
    """Patterns are handed sentences of bounded length, and twice the text is twice the work."""
    text = "\n\n".join(case.text for case in profile.cases) * 8
    once, twice = _counted(profile, text), _counted(profile, f"{text}\n\n{text}")
    assert sum(twice) < 2.1 * sum(once)
    assert sum(once) < 60 * len(text)
    openings = [rule.within or 0 for rule in profile.rules if rule.reach == "opening"]
    assert max(once) <= max([MAX_CHARACTERS, *openings])


def test_sentences_without_keywords_cost_no_pattern() -> None:
    """The lookup of keywords comes first: prose about something else is never searched."""
    assert _counted(CONTRACT, "Blue whales sing low songs. " * 2_000) == []


@pytest.mark.parametrize("profile", BOTH, ids=lambda profile: profile.name)
@pytest.mark.parametrize(
    "unit",
    ["a", "A ", "1. ", "1,", " ", "\n", "(", '("', '(the "', "$(", "| 1 ", ". A", "Inc. ", "shall not assign this agreement ", "{[", "İ"],
)
def test_hostile_text_is_read_in_linear_time(profile: Profile, unit: str) -> None:
    """300,000 characters of openers or half-matches: no backtracking. (Usual: under 0.3 s; the bound is for slow machines.)"""
    text = (unit * (300_000 // len(unit) + 1))[:300_000]
    begun = time.process_time()
    assert all(item["quote"] in text for item in found(profile, text))
    assert time.process_time() - begun < 20


def _ask(text: str) -> Any:
    return ask(CONTRACT, Chunk(0, 0, len(text), text, 10), 1)


def test_the_provider_answers_at_no_cost() -> None:
    """A question becomes a body, the body a reply: JSON, finished, with a usage of nothing."""
    provider: Provider = Rules(profiles.load)
    text = next(case.text for case in CONTRACT.cases if case.name == "liability")
    body = provider.wire(_ask(text), CARD)
    reply = asyncio.run(provider.send(json.loads(json.dumps(body)), timeout_s=30))
    assert json.loads(reply.answer) == answer(CONTRACT, text, (0, 1))
    assert (reply.finish_reason, reply.usage, reply.model_served, reply.thinking) == ("stop", Usage(0, 0), MODEL, "")
    assert [model.id for model in asyncio.run(provider.served_models())] == [MODEL]
    asyncio.run(provider.aclose())


def test_the_body_holds_all_that_decides_the_answer() -> None:
    """Its hash is the key of the cache: profile content, text and place, and nothing of the document's name."""
    body = Rules(profiles.load).wire(_ask("Some text."), CARD)
    assert body == {"profile": "contract_review/v1", "prompt_sha256": CONTRACT.sha256, "position": [0, 1], "text": "Some text."}


def test_each_profile_is_looked_up_once() -> None:
    """Thousands of chunks do not read the profile's files thousands of times."""
    asked: list[str] = []

    def profile_of(name: str) -> Profile:
        asked.append(name)
        return profiles.load(name)

    async def twice() -> None:
        provider = Rules(profile_of)
        body = provider.wire(_ask("Some text."), CARD)
        await provider.send(body, timeout_s=30)
        await provider.send(body, timeout_s=30)

    asyncio.run(twice())
    assert asked == ["contract_review/v1"]


def test_a_profile_that_changed_meanwhile_does_not_answer_old_questions() -> None:
    """The stored question was made with other rules, so its answer would be filed under the wrong ones."""
    body = Rules(profiles.load).wire(_ask("Some text."), CARD)
    provider = Rules(lambda name: replace(profiles.load(name), sha256="0" * 64))
    with pytest.raises(Unprocessable, match="was changed"):
        asyncio.run(provider.send(body, timeout_s=30))


def test_a_deadline_holds() -> None:
    """What takes too long is a timeout like any other provider's."""

    def slow(name: str) -> Profile:
        time.sleep(0.3)
        return profiles.load(name)

    body = Rules(profiles.load).wire(_ask("Some text."), CARD)
    with pytest.raises(CallTimeout, match=r"contract_review/v1 took longer than 0\.05 s"):
        asyncio.run(Rules(slow).send(body, timeout_s=0.05))
