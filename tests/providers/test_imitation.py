"""The imitation server itself: its limits are exact, its faults repeat, its account adds up."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistral_server import Entry, Faults, MistralServer
from mistral_server.account import PRICES
from mistral_server.faults import KINDS, Latency
from mistral_server.limits import Bucket, Limits
from mistral_server.models import KNOWN

from nightclerk import profiles, prompting, tokens
from nightclerk.providers import catalog, prices
from nightclerk.records import Chunk, Usage, utc_now

Serve = Callable[..., MistralServer]
HELLO = {"model": "mistral-medium-3-5", "messages": [{"role": "user", "content": "Hello, how are you?"}]}


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def post(server: MistralServer, body: dict[str, Any]) -> httpx.Response:
    """One request, as anybody could send it."""
    return httpx.post(f"{server.url}/v1/chat/completions", json=body, headers={"authorization": f"Bearer {server.key}"})


@given(st.floats(0.05, 100), st.integers(1, 20), st.lists(st.floats(0, 3), max_size=200))
def test_the_request_limit_is_exact(rate: float, burst: int, pauses: list[float]) -> None:
    """However requests come, no more get in than the burst and what the rate allowed since; a refusal takes nothing."""
    clock = Clock()
    limits = Limits(rps=rate, burst=burst, clock=clock)
    admitted = 0
    for pause in pauses:
        clock.now += pause
        wait_s = limits.admit(10)
        admitted += wait_s == 0
        assert admitted <= burst + rate * clock.now + 1e-6
        if wait_s:
            clock.now += wait_s + 1e-9
            assert limits.admit(10) == 0
            admitted += 1


@given(st.integers(600, 1_000_000), st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 20_000), st.floats(0, 30)), max_size=100))
def test_the_token_limit_is_exact(tpm: int, calls: list[tuple[int, int, float]]) -> None:
    """Prompts get in only out of what is left, completions are charged even into debt, and the debt is paid off first."""
    clock = Clock()
    limits = Limits(tpm=tpm, clock=clock)
    capacity = tpm / 60 * 5
    level = capacity
    for prompt, completion, pause in calls:
        clock.now += pause
        level = min(capacity, level + pause * tpm / 60)
        wait_s = limits.admit(prompt)
        expected = max(0.0, (min(prompt, capacity) - level) / (tpm / 60))
        assert wait_s == pytest.approx(expected, abs=1e-6)
        if not wait_s:
            limits.charge(completion)
            level -= prompt + completion


def test_a_bucket_holds_no_more_than_its_capacity() -> None:
    """A long pause is no licence for more than one burst."""
    clock = Clock()
    bucket = Bucket(10, 5, clock)
    clock.now = 1_000
    assert bucket.wait_s(5) == 0
    bucket.take(5)
    assert bucket.wait_s(1) == pytest.approx(0.1)


def test_refusals_cost_nothing_and_take_nothing(serve: Serve) -> None:
    """Beyond the burst requests are refused with a wait in whole seconds, and the account holds only what was answered."""
    server = serve(rps=0.01, burst=2)
    answers = [post(server, HELLO) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert 90 <= int(answers[2].headers["retry-after"]) <= 100
    assert len(server.account.billed) == 2
    assert server.account.refused == 2
    assert server.account.cost_nano_usd == sum(entry.cost_nano_usd for entry in server.account.entries[:2])


def test_the_rate_headers(serve: Serve) -> None:
    """Exactly the five headers that are known stand on a 200."""
    server = serve(rps=12, tpm=500_000)
    answer = post(server, HELLO)
    usage = answer.json()["usage"]
    told = {name: int(value) for name, value in answer.headers.items() if name.startswith("x-ratelimit")}
    assert told.keys() == {
        "x-ratelimit-limit-req-minute",
        "x-ratelimit-remaining-req-minute",
        "x-ratelimit-limit-tokens-minute",
        "x-ratelimit-remaining-tokens-minute",
        "x-ratelimit-tokens-query-cost",
    }
    assert told["x-ratelimit-tokens-query-cost"] == usage["total_tokens"]
    assert told["x-ratelimit-remaining-tokens-minute"] == 500_000 - usage["total_tokens"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # the published ids of this greeting, 6 of text and 3 of control
        ({"messages": HELLO["messages"]}, 9),
        ({"messages": [{"role": "system", "content": "Hello, how are you?"}, *HELLO["messages"]]}, 17),
        ({"messages": HELLO["messages"], "reasoning_effort": "high"}, 21),
    ],
)
def test_prompt_tokens_are_exact(serve: Serve, body: dict[str, Any], expected: int) -> None:
    """Prompt tokens are those of the vocabulary and the chat format's control tokens."""
    assert post(serve(), HELLO | body).json()["usage"]["prompt_tokens"] == expected


def test_the_prices_of_both_sides_agree() -> None:
    """The server's own arithmetic and the client's price book bill the same, cached tokens included."""
    for model in PRICES:
        entry = Entry("", model, 1, 0.0, prompt_tokens=10_007, cached_tokens=640, completion_tokens=1_234)
        entry.bill()
        price = prices.price(catalog.card(model).provider, model, utc_now().date())
        assert prices.cost_nano_usd(price, Usage(10_007, 1_234, cached_tokens=640)) == entry.cost_nano_usd
    assert PRICES.keys() == KNOWN.keys()


def test_cached_tokens_are_billed_as_cached(serve: Serve) -> None:
    """Cached tokens come in blocks of 64, stand in the usage, and cost less."""
    server = serve(cached_share=0.5)
    body = HELLO | {"messages": [{"role": "user", "content": "word " * 300}]}
    usage = post(server, body).json()["usage"]
    assert usage["prompt_tokens_details"]["cached_tokens"] == 128
    [entry] = server.account.billed
    assert entry.cost_nano_usd == (usage["prompt_tokens"] - 128) * 1_500 + 128 * 150 + usage["completion_tokens"] * 7_500


def test_usage_comes_with_and_without_details(serve: Serve) -> None:
    """The details of the usage stand there one time and are left out the next."""
    server = serve()
    assert ["prompt_tokens_details" in post(server, HELLO).json()["usage"] for _ in range(2)] == [True, False]


def test_the_answer_is_that_of_the_rules(serve: Serve) -> None:
    """A question about a chunk is answered by the profile's rules over that chunk, with a schema or with the prompt alone."""
    server = serve(models=("mistral-medium-3-5", "magistral-medium-2509"), shapes=("string",))
    profile = profiles.load("contract_review/v1")
    text = "This Agreement shall be governed by and construed in accordance with the laws of the State of New York."
    question = prompting.ask(profile, Chunk(0, 0, len(text), text, 25), 1)
    messages = [{"role": "system", "content": question.system}, {"role": "user", "content": question.user}]
    schema = {"type": "json_schema", "json_schema": {"name": question.schema_name, "schema": {}}}
    for body in ({"model": "mistral-medium-3-5", "response_format": schema}, {"model": "magistral-medium-2509"}):
        answer = json.loads(post(server, body | {"messages": messages}).json()["choices"][0]["message"]["content"])
        assert [finding["category"] for finding in answer["findings"]] == ["Governing Law"]


def test_an_answer_of_ones_own(serve: Serve) -> None:
    """A test can put its own answers in; one that fails is a 500 that the account remembers."""
    server = serve(answer=lambda body: str(len(body["messages"])), shapes=("string",))
    assert post(server, HELLO).json()["choices"][0]["message"]["content"] == "1"
    broken = serve(answer=lambda _body: {}["nothing"])
    assert post(broken, HELLO).status_code == 500
    assert broken.account.failures == ["KeyError('nothing')"]


def test_faults_repeat_and_keep_their_shares() -> None:
    """The same attempt at the same request meets the same fault, and each kind strikes about its share."""
    plan = Faults({"500": 0.1, "drop": 0.2}, seed=7)
    struck = [plan(f"body {number}", 1) for number in range(5_000)]
    assert struck == [plan(f"body {number}", 1) for number in range(5_000)]
    assert struck != [plan(f"body {number}", 2) for number in range(5_000)]
    counts = Counter(struck)
    assert 400 < counts["500"] < 600
    assert 850 < counts["drop"] < 1_150


def test_impossible_faults_are_refused() -> None:
    """A kind that does not exist and shares above the whole are told."""
    with pytest.raises(ValueError, match="unknown kinds"):
        Faults({"flood": 0.1})
    with pytest.raises(ValueError, match="more than 1"):
        Faults(dict.fromkeys(KINDS, 0.5))


def test_latency_is_lognormal_and_repeats() -> None:
    """Half of the latencies are below the median, one in twenty above 3.75 times of it, and each repeats."""
    latency = Latency(4.0, seed=1)
    drawn = [latency(f"body {number}", 1) for number in range(4_000)]
    assert drawn == [latency(f"body {number}", 1) for number in range(4_000)]
    assert 0.46 < sum(value < 4 for value in drawn) / 4_000 < 0.54
    assert 0.03 < sum(value > 15 for value in drawn) / 4_000 < 0.07


def test_a_fault_plan_strikes_over_http(serve: Serve) -> None:
    """With a plan that always fails the first attempt, the second one is answered."""
    server = serve(faults=lambda _body, attempt: "503" if attempt == 1 else None)
    assert [post(server, HELLO).status_code for _ in range(2)] == [503, 200]
    assert [entry.attempt for entry in server.account.entries] == [1, 2]
    assert server.account.paid_again == 0


def test_paying_twice_shows(serve: Serve) -> None:
    """The second bill for the same body is counted."""
    server = serve()
    for _ in range(3):
        post(server, HELLO)
    assert server.account.paid_again == 2


def test_as_a_process_of_its_own() -> None:
    """Started as a module it prints where it listens, serves, and shows its account."""
    command = [sys.executable, "-m", "mistral_server", "--rps", "5", "--fault", "500=1", "--count", "quarter"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            answer = httpx.post(
                f"{told['url']}/v1/chat/completions", json=HELLO, headers={"authorization": f"Bearer {told['key']}"}, timeout=10
            )
            account = httpx.get(f"{told['url']}/_account", timeout=10).json()
        finally:
            process.terminate()
    assert answer.status_code == 500
    assert (account["requests"], account["cost_nano_usd"], account["faults"]) == (1, 0, {"500": 1})


def test_the_vocabulary_counts_the_completion(serve: Serve) -> None:
    """Completion tokens are those of the thinking and the answer together."""
    answer = post(serve(), HELLO | {"reasoning_effort": "high"}).json()
    think, text = answer["choices"][0]["message"]["content"]
    counted = tokens.count(think["thinking"][0]["text"]) + tokens.count(text["text"])
    assert answer["usage"]["completion_tokens"] == counted
