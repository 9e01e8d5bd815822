"""A rule that a person wrote badly costs its chunk, and nothing else: the process goes on, and the reason names the rule."""

from __future__ import annotations

import asyncio
import json
import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import regex

from nightclerk import profiles
from nightclerk.errors import GiveUpCall
from nightclerk.profiles import Profile
from nightclerk.prompting import ask
from nightclerk.providers.analyst.bounded import SECONDS_PER_RULE, Searches
from nightclerk.providers.rules import MODEL, Rules, answer
from nightclerk.records import Chunk, ModelCard

CARD = ModelCard(MODEL, "rules", 1_000_000, 1_000_000, "none", True, 0.0, None, date(2099, 1, 1), None, "built in")
LONG = "x" * 2_900
BEAT_S = 0.01
# a rule, and a text over which `re` would search for longer than anyone lives
HOSTILE = {
    "pattern": ("pattern: '(x+)+[;:]'", f"{LONG}, the end"),
    "unless": ("pattern: 'the end'\n    unless: ['(x+)+[;:]']", f"{LONG}, the end"),
    "after the first match": ("quote: match\n    pattern: 'a{3}|(x+)+[;:]'", f"aaa {LONG}, the end"),
    "opening": ("quote: match\n    reach: opening\n    within: 20000\n    pattern: '(x+)+[;:]'", "x" * 20_000),
}
# ways of backtracking, each over the same text
ENDLESS = [r"(x+)+[;:]", r"(?:x|xx)+[;:]", r"(?:.*x){25}[;:]", r"(.*)(.*)(.*)(.*)\1\2[;:]", r"(?=(x+)+[;:])", r"(?:.{0,200}){0,200}[;:]"]


def with_rule(folder: Path, rule: str) -> Profile:
    """A profile of its own search path: the shipped one and one more rule."""
    version = folder / "hostile" / "v1"
    shutil.copytree(profiles.loader.SHIPPED / "contract_review" / "v1", version)
    manifest, rules = version / "profile.yaml", version / "rules.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("name: contract_review", "name: hostile", 1), encoding="utf-8")
    added = f"  - id: spoilt\n    category: Insurance\n    keywords: [x]\n    {rule}\n"
    rules.write_text(rules.read_text(encoding="utf-8") + added, encoding="utf-8")
    return profiles.load("hostile", [folder])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_rule_without_end_gives_the_call_up_and_the_loop_goes_on(tmp_path: Path, name: str) -> None:
    """Within seconds the call fails for good, by profile, rule and remedy, and meanwhile the loop's heart never stops."""
    rule, text = HOSTILE[name]
    profile = with_rule(tmp_path, rule)
    provider = Rules(lambda _: profile)
    body = json.loads(json.dumps(provider.wire(ask(profile, Chunk(0, 0, len(text), text, 10), 1), CARD)))
    pauses: list[float] = []

    async def heart() -> None:
        while True:
            begun = time.monotonic()
            await asyncio.sleep(BEAT_S)
            pauses.append(time.monotonic() - begun)

    async def run() -> None:
        beating = asyncio.create_task(heart())
        try:
            await provider.send(body, timeout_s=60)
        finally:
            beating.cancel()

    begun = time.monotonic()
    with pytest.raises(
        GiveUpCall, match=r"rule spoilt of profile hostile/v1 used up its 2 s at characters \d+ to \d+ .* rules\.yaml"
    ) as caught:
        asyncio.run(run())
    # the time a rule has is processor time, of which a busy machine gives little
    assert time.monotonic() - begun < 30
    assert len(pauses) > 20
    assert max(pauses) < 1
    assert "xxx" not in str(caught.value)


def test_other_chunks_are_answered_meanwhile(tmp_path: Path) -> None:
    """While one chunk is stuck, another one of the same profile is read; only the stuck one is given up."""
    profile = with_rule(tmp_path, HOSTILE["pattern"][0])
    provider = Rules(lambda _: profile)
    good = "Licensee shall permit Licensor to audit the books of Alpha upon notice."
    bodies = [provider.wire(ask(profile, Chunk(0, 0, len(text), text, 10), 1), CARD) for text in (HOSTILE["pattern"][1], good)]

    async def run() -> tuple[BaseException, str]:
        stuck = asyncio.create_task(provider.send(bodies[0], timeout_s=60))
        reply = await provider.send(bodies[1], timeout_s=60)
        assert not stuck.done()
        (error,) = await asyncio.gather(stuck, return_exceptions=True)
        assert isinstance(error, GiveUpCall)
        return error, reply.answer

    _, read = asyncio.run(run())
    assert [item["category"] for item in json.loads(read)["findings"]] == ["Audit Rights"]


def test_the_time_is_for_the_rule_and_not_for_the_search(tmp_path: Path) -> None:
    """A pattern that is slow on each of many sentences ends as soon as one that is slow on a single one."""
    # 24 of them cost some hundredths of a second, so no single search runs out of time
    text = "\n\n".join(f"Number {number}: {'x' * 24}, the end." for number in range(2_000))
    profile = with_rule(tmp_path, "pattern: '(?:x|xx)+[;:]'")
    begun = time.thread_time()
    with pytest.raises(GiveUpCall, match="rule spoilt"):
        answer(profile, text, (0, 1))
    assert time.thread_time() - begun < 3 * SECONDS_PER_RULE


@pytest.mark.parametrize("pattern", ENDLESS)
def test_every_way_of_backtracking_is_stopped(pattern: str) -> None:
    """Nested repeats, overlapping alternatives, stars in a row, references, look-arounds: the clock is looked at inside each."""
    begun = time.thread_time()
    with pytest.raises(TimeoutError):
        Searches(seconds=0.1).search(regex.compile(pattern, regex.IGNORECASE | regex.DOTALL), f"{LONG}, the end")
    assert time.thread_time() - begun < 2


class Interrupted:
    """A pattern whose first searches run out of a time that other threads have used up."""

    def __init__(self, pattern: regex.Pattern[str], times: int) -> None:
        self.pattern, self.left = pattern, times

    def search(self, text: str, **more: object) -> regex.Match[str] | None:
        """The pattern's own."""
        self._out_of_time()
        return self.pattern.search(text)

    def finditer(self, text: str, *, pos: int, **more: object) -> Iterator[regex.Match[str]]:
        """The pattern's own, which breaks off after each match while there are times left."""
        for found in self.pattern.finditer(text, pos=pos):
            yield found
            self._out_of_time()

    def _out_of_time(self) -> None:
        if self.left:
            self.left -= 1
            raise TimeoutError


def test_time_that_other_threads_used_is_not_the_rules() -> None:
    """`regex` counts the whole process: a search that breaks off with time of its own left goes on, and hands out each match once."""
    pattern: Any = Interrupted(regex.compile("[a-z]|(?=[0-9])"), 3)
    assert Searches().search(pattern, "1a") is not None
    again: Any = Interrupted(regex.compile("[a-z]|(?=[0-9])"), 3)
    assert [found.span() for found in Searches().finditer(again, "a1b2c")] == [(0, 1), (1, 1), (2, 3), (3, 3), (4, 5)]


def test_matches_after_the_last_second_are_not_handed_out() -> None:
    """Each search and each next match looks at the clock."""
    pattern = profiles.load("contract_review").rules[0].pattern
    searches = Searches(seconds=-1)
    with pytest.raises(TimeoutError):
        searches.search(pattern, "text")
    with pytest.raises(TimeoutError):
        list(searches.finditer(pattern, "text"))
