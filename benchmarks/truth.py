"""How many false replies are caught, and how many true ones are: replies made from labelled documents, located and verified.

    python benchmarks/truth.py [--corpus FOLDER] [--each 2000] [--seed 1] [--tuned-only] [--show KIND] [--json]

False replies change one thing of a true one (a figure, a date, a currency, a party, a negation, the modality, a unit, a scale) in the
answer, in the quote or in the typed value, or quote what the document does not say (another document, two places stitched, a
translation). True ones change the layout or the way a figure or a day is written. Caught is what ends as contradicted or unverified.

The generator has patterns of its own and shares none with the checks. A quarter of the documents, by a hash of their names, is held out:
nobody looks at it while checks are written (`--tuned-only` leaves it out), and its rates are printed beside the others.

A falsified quote that is changed and not found is unverified without a check; `by place` tells which part of a reply was changed. `cost`
is CPU time a finding over the longest documents, and the same in passes of `str.find` over such a document.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

from truths import faithful, falsify  # noqa: E402
from truths.corpus import Paper, Passage, passages  # noqa: E402
from truths.reply import Reply  # noqa: E402

from nightclerk.findings import Verifier, place  # noqa: E402
from nightclerk.records import Answer, Finding, Value  # noqa: E402
from nightclerk.text import Locator  # noqa: E402

CORPUS = ROOT.parent / "shared" / "corpus"
CAUGHT = ("contradicted", "unverified")
LONG = 200_000


class Judge:
    """Locates and verifies replies; each document is folded once."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[Locator, Verifier]] = {}

    def judge(self, reply: Reply) -> Finding:
        """The finding that a reply ends as."""
        return self.verifier(reply).verify(self.placed(reply))

    def verifier(self, reply: Reply) -> Verifier:
        """The verifier of a reply's document."""
        return self._opened(reply.passage.paper)[1]

    def _opened(self, paper: Paper) -> tuple[Locator, Verifier]:
        if paper.name not in self._open:
            self._open[paper.name] = Locator(paper.text), Verifier(paper.text, paper.language)
        return self._open[paper.name]

    def placed(self, reply: Reply) -> Finding:
        """The finding before it is verified."""
        paper = reply.passage.paper
        answer = Answer(reply.passage.category, "present", reply.quote, reply.answer, Value(**reply.value))  # type: ignore[arg-type]
        (finding,) = place([answer], locator=self._opened(paper)[0], span=(0, len(paper.text)), pages=(), sections=())
        return finding


def replies(kinds: Mapping[str, Any], known: Sequence[Passage], count: int, seed: int) -> list[tuple[str, Reply]]:
    """So many replies, the same number of each kind as far as there are passages for it; no passage twice in one kind."""
    made: list[tuple[str, Reply]] = []
    makers = list(kinds.items())
    for number, (kind, maker) in enumerate(makers):
        rng = random.Random(f"{seed}/{kind}")
        wanted = (count - len(made)) // (len(makers) - number)
        found = []
        for _round in range(12):
            for passage in rng.sample(known, len(known)):
                found += [(kind, reply) for reply in maker(rng, passage, known)]
            if len({(reply.quote, reply.answer, str(reply.value)) for _, reply in found}) >= wanted:
                break
        unique = list({(reply.quote, reply.answer, str(reply.value)): (kind, reply) for kind, reply in found}.values())
        made += rng.sample(unique, min(wanted, len(unique)))
    return made


def rates(judged: Sequence[tuple[str, Reply, Finding]]) -> dict[str, Any]:
    """How many ended as caught: all, kind by kind, by what was changed."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    places: dict[str, Counter[str]] = defaultdict(Counter)
    for kind, reply, finding in judged:
        kinds[kind][finding.state] += 1
        places[reply.where][finding.state] += 1
    caught = sum(finding.state in CAUGHT for _, _, finding in judged)
    return {
        "replies": len(judged),
        "caught": caught,
        "caught_percent": round(100 * caught / max(1, len(judged)), 2),
        "by_kind": {kind: _row(states) for kind, states in kinds.items()},
        "by_place": {where: _row(states) for where, states in places.items()},
    }


def _row(states: Counter[str]) -> dict[str, Any]:
    total = states.total()
    caught = sum(states[state] for state in CAUGHT)
    return {"replies": total, "caught": caught, "contradicted": states["contradicted"], "caught_percent": round(100 * caught / total, 2)}


def cost(papers: Sequence[Paper], judged: Sequence[tuple[str, Reply, Finding]]) -> dict[str, Any]:
    """CPU milliseconds a finding over the longest documents, and in passes of `str.find` over one of them."""
    long = {paper.name for paper in papers if len(paper.text) >= LONG}
    chosen = [reply for _, reply, _ in judged if reply.passage.paper.name in long][:300]
    if not chosen:
        return {}
    judge = Judge()
    for reply in {reply.passage.paper.name: reply for reply in chosen}.values():
        # each document is folded once, for all its findings
        judge.judge(reply)
    start = time.process_time()
    for reply in chosen:
        judge.judge(reply)
    each = (time.process_time() - start) / len(chosen)
    verifying = _verifying_alone(judge, chosen)
    text = max((paper.text for paper in papers), key=len)
    start = time.process_time()
    for number in range(200):
        text.find(f"no such words {number}")
    find = (time.process_time() - start) / 200
    return {"findings": len(chosen), "longest_document_characters": len(text), "cpu_ms_per_finding": round(each * 1e3, 3),
            "of_which_verifying_ms": round(verifying * 1e3, 3),
            "str_find_passes_per_finding": round(each / find, 1)}  # fmt: skip


def _verifying_alone(judge: Judge, chosen: Sequence[Reply]) -> float:
    findings = [(judge.placed(reply), reply) for reply in chosen]
    start = time.process_time()
    for finding, reply in findings:
        judge.verifier(reply).verify(finding)
    return (time.process_time() - start) / len(findings)


def main() -> None:
    """Make replies, judge them, print the rates."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--each", type=int, default=2_000, help="false replies, and true ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tuned-only", action="store_true", help="leave the held-out documents alone")
    parser.add_argument("--show", help="print up to 40 replies of this kind that ended wrong")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not arguments.corpus.is_dir():
        print(json.dumps({"skipped": f"no labelled documents at {arguments.corpus}"}))
        return
    known = list(passages(arguments.corpus))
    report: dict[str, Any] = {}
    everything: list[tuple[str, Reply, Finding]] = []
    parts = {"tuned_on": [passage for passage in known if not passage.paper.held_out]}
    if not arguments.tuned_only:
        parts["held_out"] = [passage for passage in known if passage.paper.held_out]
    judge = Judge()
    for truth, kinds in (("false", falsify.KINDS), ("true", faithful.KINDS)):
        judged_all = []
        for part, chosen in parts.items():
            share = len(chosen) / sum(map(len, parts.values()))
            judged = [
                (kind, reply, judge.judge(reply)) for kind, reply in replies(kinds, chosen, round(arguments.each * share), arguments.seed)
            ]
            report[f"{truth}_{part}"] = rates(judged)
            judged_all += judged
            if arguments.show and part == "tuned_on":
                _show(arguments.show, truth, judged)
        report[truth] = rates(judged_all)
        everything += judged_all
    report["cost"] = cost(list({passage.paper.name: passage.paper for passage in known}.values()), everything)
    print(json.dumps(report) if arguments.json else _table(report))


def _show(kind: str, truth: str, judged: Sequence[tuple[str, Reply, Finding]]) -> None:
    wrong = [each for each in judged if (each[2].state in CAUGHT) == (truth == "true") and kind in (each[0], truth, "all")]
    for name, reply, finding in wrong[:40]:
        print(f"--- {name} ({reply.where}) {finding.state} {finding.evidence[0].match_level} {reply.passage.paper.name[:30]}")
        print("  quote :", " ".join(reply.quote.split())[:400])
        print("  answer:", reply.answer[:400], dict(reply.value))
        for check in (check for item in finding.evidence for check in item.checks_failed):
            print(f"  {check.check}: {check.says[:300]}")


def _table(report: Mapping[str, Any]) -> str:
    lines = []
    for part, row in report.items():
        if "by_kind" not in row:
            continue
        lines.append(f"{part}: {row['caught']} of {row['replies']} caught ({row['caught_percent']} %)")
        for name, each in [*row["by_kind"].items(), *((f"by {where}", found) for where, found in row["by_place"].items())]:
            counts = f"{each['caught']:5} of {each['replies']:5}  {each['caught_percent']:6} %  contradicted {each['contradicted']}"
            lines.append(f"    {name:20} {counts}")
    return "\n".join([*lines, f"cost: {report['cost']}"])


if __name__ == "__main__":
    main()
