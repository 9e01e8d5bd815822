"""Votes and second passes are questions like all others: asked where they matter, in jobs as well, answered from the store, bounded."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from batch_runs import finish, start
from mistral_server import MistralServer
from mistral_server.answers import asked_text
from mistral_server.erring import Erring

from nightclerk.pipeline import votes
from nightclerk.profiles.models import VALUE_FIELDS
from nightclerk.providers.catalog import cards
from nightclerk.records import Ask
from nightclerk.settings import Settings

Make = Callable[..., Settings]
RunOrder = Callable[..., tuple[Any, str]]
Query = Callable[..., list[dict[str, Any]]]
LAW = "This Agreement shall be governed by the laws of the State of New York."
ASSIGNMENT = "Neither party may assign this Agreement without the prior written consent of the other party."
TEXT = f"AGREEMENT\n\n1. Governing Law. {LAW}\n\n2. Assignment. {ASSIGNMENT}\n"
PROFILE = """
name: voted
version: v1
title: Voted
purpose: Find what was agreed.
max_output_tokens: 2000
categories:
  - {name: Law, kind: clause, question: Which law?, absence_matters: true}
  - {name: Assignment, kind: clause, question: May it be assigned?, absence_matters: true}
"""
FOUND = "SELECT category, state, votes, votes_agreeing FROM findings ORDER BY category"
KINDS = "SELECT kind, state, COUNT(*) AS count FROM questions GROUP BY kind, state ORDER BY kind, state"
Items = Sequence[tuple[str, str]]


def answered(items: Items) -> str:
    """An answer with these (category, quote)."""
    value = dict.fromkeys(VALUE_FIELDS)
    rest = {"state": "present", "answer": "", "confidence": None, "value": value}
    return json.dumps({"findings": [{"category": category, "quote": quote, **rest} for category, quote in items]})


def seeded(*samples: Items | None) -> Callable[[dict[str, Any]], str]:
    """An answerer with an answer for each seed; None is one of no use, and a second pass finds nothing more."""

    def answer(body: dict[str, Any]) -> str:
        items = samples[body["random_seed"]]
        if items is None:
            return "I would rather not."
        return answered([] if "a second time" in last(body) else items)

    return answer


def last(body: dict[str, Any]) -> str:
    """What the last message of a request says."""
    return str(body["messages"][-1]["content"])


@pytest.fixture
def voting(make_settings: Make, tmp_path: Path) -> Callable[..., tuple[Settings, Path]]:
    """Settings for a server, and a document, under a profile with more keys."""

    def made(server: MistralServer, keys: str = "votes: 5\n", **more: Any) -> tuple[Settings, Path]:
        folder = tmp_path / "profiles" / "voted" / "v1"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "profile.yaml").write_text(PROFILE + keys, encoding="utf-8")
        document = tmp_path / "agreement.txt"
        document.write_text(TEXT, encoding="utf-8")
        limits = {"requests_per_second": 500, "tokens_per_minute": 100_000_000, "profile_path": [tmp_path / "profiles"]}
        return make_settings(**{"provider": "mistral", "endpoint": server.url, "api_key": server.key, **limits, **more}), document

    return made


BOTH: Items = [("Law", LAW), ("Assignment", ASSIGNMENT)]


def test_where_samples_agree_the_least_that_can_decide_is_asked(voting: Any, run_order: RunOrder, query: Query) -> None:
    """Three of five that say the same settle it, and the counts are filed; a run again pays for nothing."""
    with MistralServer(answer=seeded(BOTH, BOTH, BOTH)) as server:
        settings, document = voting(server)
        assert run_order(settings, document, profile="voted")[1] == "complete"
        run_order(settings, document, profile="voted")
        assert len(server.account.entries) == 3
    assert query(settings, KINDS) == [{"kind": "ask", "state": "answered", "count": 3}]
    assert query(settings, FOUND) == [
        {"category": "Assignment", "state": "present", "votes": 3, "votes_agreeing": 3},
        {"category": "Law", "state": "present", "votes": 3, "votes_agreeing": 3},
    ]
    assert query(settings, "SELECT DISTINCT confidence FROM findings") == [{"confidence": 0.8}]


def test_where_they_differ_more_are_asked_and_most_decide(voting: Any, run_order: RunOrder, query: Query) -> None:
    """What wins is present, what loses is absent by the same vote, and the reason counts it."""
    law, assignment = BOTH
    with MistralServer(answer=seeded([law], [assignment], [law], [], [law])) as server:
        settings, document = voting(server)
        assert run_order(settings, document, profile="voted")[1] == "complete"
        assert len(server.account.entries) == 5
    assert query(settings, FOUND) == [
        {"category": "Assignment", "state": "not_present", "votes": None, "votes_agreeing": None},
        {"category": "Law", "state": "present", "votes": 5, "votes_agreeing": 3},
    ]
    (analysis,) = query(settings, "SELECT state, reason FROM analyses")
    assert analysis == {"state": "complete", "reason": "1 finding lost the vote: Assignment (1 of 5 samples)"}


def test_only_the_categories_that_are_worth_it_are_voted_on(voting: Any, run_order: RunOrder, query: Query) -> None:
    """A category's own number counts; disagreement about another one costs nothing."""
    law, assignment = BOTH
    with MistralServer(answer=seeded([law, assignment], [law], [law])) as server:
        settings, document = voting(server, "", profile_path=[])
        manifest = document.parent / "profiles" / "voted" / "v1" / "profile.yaml"
        manifest.write_text(PROFILE.replace("Which law?,", "Which law?, votes: 3,"), encoding="utf-8")
        settings = settings.model_copy(update={"profile_path": [document.parent / "profiles"]})
        assert run_order(settings, document, profile="voted")[1] == "complete"
        assert len(server.account.entries) == 2
    assert query(settings, FOUND) == [
        {"category": "Assignment", "state": "present", "votes": None, "votes_agreeing": None},
        {"category": "Law", "state": "present", "votes": 2, "votes_agreeing": 2},
    ]


def test_a_vote_goes_on_in_batch_jobs(voting: Any, query: Query) -> None:
    """Further samples wait for the next job like everything else, and end as they would in real time."""
    law, assignment = BOTH
    with MistralServer(answer=seeded([law], [assignment], [law], [], [law]), batch_polls=0) as server:
        settings, document = voting(server, mode="batch")
        run_id, state = start(settings, document, profile="voted")
        assert state == "waiting"
        assert finish(settings) == [(run_id, "complete")]
    assert [row["votes_agreeing"] for row in query(settings, FOUND)] == [None, 3]
    assert [(row["kind"], row["count"]) for row in query(settings, KINDS)] == [("ask", 3), ("vote", 2)]


def test_a_sample_of_no_use_is_replaced_by_another(voting: Any, run_order: RunOrder, query: Query) -> None:
    """An answer that cannot be used, nor repaired, is no vote; the others decide without it."""
    with MistralServer(answer=seeded(BOTH, None, BOTH, BOTH)) as server:
        settings, document = voting(server)
        assert run_order(settings, document, profile="voted")[1] == "complete"
        assert len(server.account.entries) == 5
    assert {(row["votes"], row["votes_agreeing"]) for row in query(settings, FOUND)} == {(3, 3)}


def test_a_vote_that_too_few_have_answered_settles_nothing(voting: Any, run_order: RunOrder, query: Query) -> None:
    """Two samples of five are no majority: what they say is unclear, nothing is absent, and the reason says so."""
    with MistralServer(answer=seeded(BOTH[:1], None, BOTH[:1], None, None)) as server:
        settings, document = voting(server)
        assert run_order(settings, document, profile="voted")[1] == "partial"
    assert {row["state"] for row in query(settings, FOUND)} == {"unclear"}
    (analysis,) = query(settings, "SELECT reason FROM analyses")
    assert "the vote is short: 2 of 5 samples have answered whole, and it takes 3" in analysis["reason"]


def test_patterns_do_not_vote(voting: Any, run_order: RunOrder, query: Query) -> None:
    """The rules analyst always says the same: it is asked once, and once only."""
    with MistralServer() as server:
        settings, document = voting(server, "votes: 5\nsecond_pass: true\n", provider="rules")
        run_order(settings, document, profile="voted")
    assert query(settings, KINDS) == [{"kind": "ask", "state": "answered", "count": 1}]


def test_a_second_pass_adds_what_was_missed(voting: Any, run_order: RunOrder, query: Query) -> None:
    """It is shown what was found, as data, asked once per chunk, and its findings stand beside the first ones."""
    asked: list[str] = []

    def answer(body: dict[str, Any]) -> str:
        asked.append(last(body))
        return answered([("Law", LAW)] if len(asked) == 1 else [("Law", LAW[:-1]), ("Assignment", ASSIGNMENT)])

    with MistralServer(answer=answer) as server:
        settings, document = voting(server, "second_pass: true\n")
        assert run_order(settings, document, profile="voted")[1] == "complete"
    assert len(asked) == 2
    assert asked[1].startswith(asked[0].rstrip())
    assert json.dumps([{"category": "Law", "quote": LAW}]) in asked[1]
    assert [(row["category"], row["state"]) for row in query(settings, FOUND)] == [("Assignment", "present"), ("Law", "present")]


def test_a_second_pass_follows_an_answer_that_broke_off(voting: Any, run_order: RunOrder, query: Query) -> None:
    """First the answer is continued to its end; what is listed then are the findings of all its pieces."""
    asked: list[str] = []

    def answer(body: dict[str, Any]) -> str:
        asked.append(last(body))
        return answered([[("Law", LAW), ("Law", "x" * 400)], [("Assignment", ASSIGNMENT)], []][len(asked) - 1])

    with MistralServer(answer=answer) as server:
        server.force("length")
        settings, document = voting(server, "second_pass: true\n")
        assert run_order(settings, document, profile="voted")[1] == "complete"
    assert [row["kind"] for row in query(settings, "SELECT kind FROM questions ORDER BY round")] == ["ask", "continue", "second"]
    assert ASSIGNMENT in asked[2].split("listed as data")[1]
    assert asked_text({"messages": [{"role": "user", "content": asked[2]}]}).strip() == TEXT.strip()


def test_a_second_pass_of_no_use_is_a_loss(voting: Any, run_order: RunOrder, query: Query) -> None:
    """It is not asked again, the first answer counts, and nothing is absent for sure."""
    with MistralServer(answer=lambda body: "No." if "a second time" in last(body) else answered([("Law", LAW)])) as server:
        settings, document = voting(server, "second_pass: true\n")
        assert run_order(settings, document, profile="voted")[1] == "partial"
        assert len(server.account.entries) == 2
    assert [(row["category"], row["state"]) for row in query(settings, FOUND)] == [("Assignment", "unclear"), ("Law", "present")]
    (analysis,) = query(settings, "SELECT reason FROM analyses")
    assert "second pass" in analysis["reason"]


def test_each_sample_has_a_second_pass_of_its_own(voting: Any, run_order: RunOrder, query: Query) -> None:
    """Both passes of a sample are one ballot."""

    def answer(body: dict[str, Any]) -> str:
        again = "a second time" in last(body)
        return answered([("Assignment", ASSIGNMENT)] if again and body["random_seed"] < 2 else [] if again else [("Law", LAW)])

    with MistralServer(answer=answer) as server:
        settings, document = voting(server, "votes: 3\nsecond_pass: true\n")
        assert run_order(settings, document, profile="voted")[1] == "complete"
        assert len(server.account.entries) == 4
    assert [(row["category"], row["votes_agreeing"]) for row in query(settings, FOUND)] == [("Assignment", 2), ("Law", 2)]


@pytest.mark.parametrize(("profile", "catalog", "asked"), [(None, 0.0, votes.TEMPERATURE), (None, 1.0, None), (0.2, 0.0, 0.2)])
def test_samples_of_a_model_that_is_asked_at_temperature_0_differ(profile: float | None, catalog: float, asked: float | None) -> None:
    """Where the catalog's temperature for a model is 0, a vote asks at one that lets samples differ; the profile's own counts first."""
    card = replace(cards()["mistral-medium-3-5"], temperature=catalog)
    run = SimpleNamespace(profile=SimpleNamespace(most_votes=3), analyst="model", resolved=SimpleNamespace(card=card))
    ask = Ask("p", "v1", "", "", "", "", {}, "", (0, 1), 100, 1, temperature=profile)
    sample = votes.as_sample(run, ask, 2)  # type: ignore[arg-type]
    assert (sample.sample, sample.temperature) == (2, asked)


def test_a_vote_that_waits_for_a_sample_is_open_and_goes_on_in_the_next_run(voting: Any, run_order: RunOrder, query: Query) -> None:
    """Samples that nobody answers leave a gap, not an absence; the next run asks for them and for nothing else."""
    down = [True]
    law, assignment = BOTH
    said = seeded([law], [assignment], [law], [law], [law])

    def answer(body: dict[str, Any]) -> str:
        if down and body["random_seed"] >= 2:
            raise ValueError("out of order")
        return said(body)

    with MistralServer(answer=answer) as server:
        settings, document = voting(server, max_attempts=1)
        run_order(settings, document, profile="voted")
        (analysis,) = query(settings, "SELECT state, reason, chunks_answered FROM analyses")
        assert "the vote is open: 2 of 5 samples have answered whole" in analysis["reason"]
        assert analysis["chunks_answered"] == 0
        assert not query(settings, "SELECT id FROM findings WHERE state IN ('present', 'not_present')")
        down.clear()
        before = server.account.entries[-1]
        assert run_order(settings, document, profile="voted")[1] == "complete"
        asked_now = server.account.entries[server.account.entries.index(before) + 1 :]
    assert len(asked_now) == 3
    assert [row["votes_agreeing"] for row in query(settings, FOUND)] == [None, 4]


def test_five_samples_that_err_at_random_are_right_as_often_as_their_majority(voting: Any, run_order: RunOrder, query: Query) -> None:
    """Of clauses that each sample gets wrong three times in ten, those are present that most got right; a fifth of the calls is saved."""
    laws = {number: f"Agreement {number} shall be governed by the laws of the State of Oregon and by no other." for number in range(1, 31)}
    drawn: dict[int, list[bool]] = {number: [] for number in laws}

    def right(body: dict[str, Any]) -> str:
        return answered([("Law", law) for law in laws.values() if law in asked_text(body)])

    erring = Erring(right, 0.3, seed=2)

    def answer(body: dict[str, Any]) -> str:
        text = erring(body)
        (number,) = [number for number, law in laws.items() if law in asked_text(body)]
        drawn[number].append(any(item["quote"] in laws[number] for item in json.loads(text)["findings"]))
        return text

    filler = " ".join(f"Nothing in paragraph {number} of it limits what its schedules provide for." for number in range(12))
    with MistralServer(answer=answer) as server:
        settings, document = voting(server, chunk_tokens=300)
        document.write_text("".join(f"{number}. Law. {law} {filler}\n\n" for number, law in laws.items()), encoding="utf-8")
        assert run_order(settings, document, profile="voted")[1] == "complete"
        assert len(server.account.entries) <= 0.8 * 5 * len(laws)
    rows = query(
        settings, "SELECT quote FROM findings f JOIN evidence e ON e.finding_id = f.id WHERE f.state = 'present' AND e.role = 'basis'"
    )
    filed = {number for number, law in laws.items() if any(row["quote"] in law for row in rows)}
    assert filed == {number for number, rights in drawn.items() if sum(rights) >= 3}
