"""A run that is killed again and again: SIGKILL at every kind of moment, started anew each time until all of it is done.

    python benchmarks/kills.py [--kills 50] [--seed 1] [--moment reply ...] [--database-url postgresql://...] [--json]

The imitation server is a process of its own and keeps its books. Each life of `nightclerk run` is a process that dies at a moment of its
own: before a call's row is committed, between that and the first byte, in flight, between the reply and its commit, inside a commit, right
behind one, or at any time at all. When everything is done:

- every document is complete, every question answered, the findings are those of a run that nobody disturbed;
- the server has heard no request again whose answer was committed at a kill;
- it was paid twice for no more requests than were in flight at the kills;
- known <= the server's bill <= known + at risk, and the budgets hold exactly that, with nothing reserved.

Where one workload is done before all kills are, another begins with documents of its own in the same database.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from lives import LATENCY_S, MOMENTS, live
from wire import account, server, write_documents

RPS = 60.0
FOUND = """SELECT d.sha256, f.category, f.state, f.answer, e.quote, e.char_start
    FROM findings f JOIN analyses a ON a.id = f.analysis_id JOIN documents d ON d.id = a.document_id
    LEFT JOIN evidence e ON e.finding_id = f.id
    ORDER BY 1, 2, 3, 4, 6"""
ASKED_AGAIN = """SELECT COUNT(*) FROM calls c JOIN replies r ON r.request_hash = c.request_hash
    WHERE c.mode = 'realtime' AND c.id <> r.call_id AND c.sent_at > r.created_at"""


@dataclass
class Office:
    """The database of the killed runs, asked from outside."""

    url: str
    at_kills: list[dict[str, int]] = field(default_factory=list)

    def ask(self, statement: str) -> list[Any]:
        """Rows of a query; none while there are no tables yet."""
        engine = sa.create_engine(self.url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.pool.NullPool)
        with engine.connect() as conn:
            return [tuple(row) for row in conn.execute(sa.text(statement))] if sa.inspect(conn).has_table("replies") else []

    def answered(self) -> set[str]:
        """The requests that have a committed reply, by the server's name for them."""
        rows = self.ask("SELECT q.body FROM requests q JOIN replies r ON r.request_hash = q.hash")
        bodies = [json.loads(body) if isinstance(body, str) else body for [body] in rows]
        return {hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest() for body in bodies}

    def note(self, wire: dict[str, str]) -> None:
        """Keep how often the server has heard what is answered by now."""
        heard = Counter(entry["body_sha256"] for entry in account(wire)["entries"])
        self.at_kills.append({body: heard[body] for body in self.answered()})

    def figures(self) -> dict[str, Any]:
        """What the books come to."""
        [calls] = self.ask(
            "SELECT COALESCE(SUM(cost_nano_usd), 0), COALESCE(SUM(at_risk_nano_usd), 0), COUNT(*),"
            " SUM(CASE WHEN state = 'lost' THEN 1 ELSE 0 END), SUM(CASE WHEN state = 'sent' THEN 1 ELSE 0 END) FROM calls"
        )
        [budget] = self.ask("SELECT SUM(reserved_nano_usd), SUM(spent_nano_usd) FROM budgets WHERE kind = 'run'")
        [[asked_again]] = self.ask(ASKED_AGAIN)
        [[left]] = self.ask("SELECT COUNT(*) FROM questions WHERE state <> 'answered'")
        states = Counter(state for [state] in self.ask("SELECT state FROM analyses"))
        runs = Counter(state for [state] in self.ask("SELECT state FROM runs"))
        return {
            "known_nano_usd": int(calls[0]),
            "at_risk_nano_usd": int(calls[1]),
            "calls": calls[2],
            "in_flight_at_kills": calls[3],
            "calls_without_an_end": calls[4],
            "reserved_nano_usd": int(budget[0]),
            "spent_nano_usd": int(budget[1]),
            "asked_again": asked_again,
            "questions_left": left,
            "analyses": dict(states),
            "runs": dict(runs),
        }


def settings(wire: dict[str, str], data: Path, url: str) -> dict[str, str]:
    """The environment of a run."""
    values = {"data_dir": str(data), "database_url": url, "provider": "mistral", "endpoint": wire["url"], "api_key": wire["key"]}
    values |= {"requests_per_second": str(RPS), "tokens_per_minute": "100000000", "chunk_tokens": "400", "budget_usd": "1000"}
    return {f"NIGHTCLERK_{name.upper()}": value for name, value in values.items()}


def kill(wire: dict[str, str], folder: Path, url: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Kill until there were as many kills as asked for; then let it end."""
    office, kills, lives = Office(url), Counter[str](), 0
    data = folder / "data"
    own = settings(wire, data, url)
    documents = folder / "documents-0"
    write_documents(documents, arguments.requests)
    codes: list[int] = []
    while kills.total() < arguments.kills:
        moment = arguments.moment[lives % len(arguments.moment)]
        code = live(documents, own, moment=moment, seed=(arguments.seed, lives))
        lives += 1
        if code == -signal.SIGKILL:
            kills[moment] += 1
            office.note(wire)
            continue
        codes.append(code)
        documents = folder / f"documents-{len(codes)}"
        write_documents(documents, arguments.requests, first=20 * len(codes))
    codes.append(live(documents, own))
    return {"kills": dict(kills), "exit_codes": codes, **judged(office, wire, folder, arguments)}


def judged(office: Office, wire: dict[str, str], folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """The figures, and whether every promise was kept."""
    seen = account(wire)
    while any(entry["answered_at"] is None for entry in seen["entries"]):
        time.sleep(0.05)
        seen = account(wire)
    own, paid = office.figures(), Counter(entry["body_sha256"] for entry in seen["entries"] if entry["cost_nano_usd"])
    heard = Counter(entry["body_sha256"] for entry in seen["entries"])
    low, high = own["known_nano_usd"], own["known_nano_usd"] + own["at_risk_nano_usd"]
    figures = {
        **own,
        "billed_nano_usd": seen["cost_nano_usd"],
        "requests": len(seen["entries"]),
        "paid_again": paid.total() - len(paid),
        "heard_again": sum(heard[body] > times for at_kill in office.at_kills for body, times in at_kill.items()),
    }
    promises = {
        "complete": set(own["analyses"]) == {"complete"} and not own["questions_left"] and not own["calls_without_an_end"],
        "nothing answered asked again": not own["asked_again"] and not figures["heard_again"],
        "paid again only what was in flight": figures["paid_again"] <= own["in_flight_at_kills"],
        "the books bracket the bill": low <= seen["cost_nano_usd"] <= high,
        "the budgets are the books": (own["reserved_nano_usd"], own["spent_nano_usd"]) == (0, high),
        "the findings of an undisturbed run": office.ask(FOUND) == undisturbed(wire, folder),
    }
    return figures | {"promises": promises}


def undisturbed(wire: dict[str, str], folder: Path) -> list[Any]:
    """The findings of one run over all the documents, in a database of its own."""
    everything = folder / "everything"
    everything.mkdir()
    for path in folder.glob("documents-*/*"):
        (everything / path.name).hardlink_to(path)
    url = f"sqlite:///{folder / 'undisturbed.db'}"
    live(everything, settings(wire, folder / "undisturbed", url))
    return Office(url).ask(FOUND)


def main() -> int:
    """Kill, and print the figures; the exit code is 0 when every promise held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--requests", type=int, default=60, help="of one workload, at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--moment", action="append", choices=MOMENTS, help="may be repeated; by turns, all of them without it")
    parser.add_argument("--database-url", default="", help="an empty database; a SQLite file of its own without it")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    arguments.moment = arguments.moment or MOMENTS
    with tempfile.TemporaryDirectory() as name, server(RPS, latency_s=LATENCY_S) as wire:
        folder = Path(name)
        result = kill(wire, folder, arguments.database_url or f"sqlite:///{folder / 'killed.db'}", arguments)
    result["holds"] = all(result["promises"].values()) and not any(result["exit_codes"])
    print(json.dumps(result) if arguments.json else json.dumps(result, indent=2))
    return 0 if result["holds"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
