"""`python -m mistral_server`: the imitation as a process of its own; prints one line of JSON with its URL once it listens."""

from __future__ import annotations

import argparse
import json
import zlib
from pathlib import Path
from typing import Any

import uvicorn

from mistral_server.app import App
from mistral_server.batch_job import ENDED
from mistral_server.batch_results import SPOILS
from mistral_server.batch_routes import VERBS
from mistral_server.behaviour import Behaviour
from mistral_server.bodies import SHAPES
from mistral_server.erring import Erring
from mistral_server.faults import KINDS, STREAMED, VERB_KINDS, Faults, Latency, VerbFaults
from mistral_server.models import KNOWN
from mistral_server.obedient import Obedient
from mistral_server.oracle import Oracle
from mistral_server.server import configure, listen


def main() -> None:
    """Serve until a signal ends it."""
    arguments = _parser().parse_args()
    app = App(Behaviour(**_behaviour(arguments)))
    # the vocabulary takes half a second to load; loaded at the first request, those behind it would all be admitted at one moment
    app.behaviour.count("warm")
    sock = listen(arguments.port)
    sock.listen(2_048)
    print(json.dumps({"url": f"http://127.0.0.1:{sock.getsockname()[1]}", "key": app.behaviour.key}), flush=True)
    uvicorn.Server(configure(app)).run(sockets=[sock])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="mistral_server", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--key", default=Behaviour.key)
    parser.add_argument("--model", action="append", choices=sorted(KNOWN), help="may be repeated")
    parser.add_argument("--rps", type=float)
    parser.add_argument("--burst", type=int, default=Behaviour.burst)
    parser.add_argument("--tpm", type=int)
    parser.add_argument("--retry-after", choices=["seconds", "date", "ms", "none"], default=Behaviour.retry_after)
    parser.add_argument("--latency-s", type=float, default=0.0, help="median of the lognormal latency")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="KIND=SHARE", help=f"may be repeated; {', '.join(KINDS + STREAMED)}"
    )
    parser.add_argument("--seed", type=int, default=0, help="of latency and faults")
    parser.add_argument("--shape", action="append", choices=SHAPES, help="may be repeated; by turns")
    parser.add_argument("--slow-s", type=float, default=Behaviour.slow_s)
    parser.add_argument("--hang-s", type=float, default=Behaviour.hang_s)
    parser.add_argument("--cached-share", type=float, default=0.0)
    parser.add_argument("--thinking-sentences", type=int, default=Behaviour.thinking_sentences)
    parser.add_argument("--count", choices=["exact", "quarter"], default="exact", help="tokens by the vocabulary, or characters / 4")
    parser.add_argument("--answer-file", type=Path, help="answer with a line of this file, chosen by the question")
    parser.add_argument("--oracle", type=Path, help="answer with the labelled spans of this file that stand in the chunk (see oracle.py)")
    parser.add_argument("--obedient", type=Path, help="do what documents tell it, as this table and its marks have it (see obedient.py)")
    parser.add_argument("--err-share", type=float, default=0.0, help="chance that a finding goes wrong (see erring.py)")
    parser.add_argument("--invent-share", type=float, default=0.0, help="chance that an answer without findings gets one")
    _add_batch(parser)
    return parser


def _add_batch(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--batch-polls", type=int, default=Behaviour.batch_polls, help="looks that show a job unfinished; -1 waits for POST /_batch/advance"
    )
    parser.add_argument("--batch-end", action="append", choices=ENDED, help="may be repeated; by turns")
    parser.add_argument("--batch-errors", choices=["error_file", "output", "both"], default=Behaviour.batch_errors)
    parser.add_argument(
        "--batch-spoil", action="append", choices=["none", *SPOILS], help="what is wrong with an output; may be repeated; by turns"
    )
    parser.add_argument(
        "--batch-fault",
        action="append",
        default=[],
        metavar="VERB:KIND=SHARE",
        help=f"may be repeated; verbs: {', '.join(VERBS)}; kinds: {', '.join(VERB_KINDS)}",
    )


def _batch(arguments: argparse.Namespace) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        "batch_polls": None if arguments.batch_polls < 0 else arguments.batch_polls,
        "batch_errors": arguments.batch_errors,
        "verb_faults": VerbFaults(_shares(arguments.batch_fault), arguments.seed),
    }
    if arguments.batch_end:
        chosen["batch_ends"] = tuple(arguments.batch_end)
    if arguments.batch_spoil:
        chosen["batch_spoils"] = tuple(None if spoil == "none" else spoil for spoil in arguments.batch_spoil)
    return chosen


def _shares(faults: list[str]) -> dict[str, float]:
    return {kind: float(share) for kind, share in (fault.split("=", 1) for fault in faults)}


def _behaviour(arguments: argparse.Namespace) -> dict[str, Any]:
    names = ("key", "rps", "burst", "tpm", "retry_after", "slow_s", "hang_s", "cached_share", "thinking_sentences")
    chosen: dict[str, Any] = {name: getattr(arguments, name) for name in names}
    chosen["latency"] = Latency(arguments.latency_s, arguments.seed)
    chosen["faults"] = Faults(_shares(arguments.fault), arguments.seed)
    if arguments.model:
        chosen["models"] = tuple(arguments.model)
    if arguments.shape:
        chosen["shapes"] = tuple(arguments.shape)
    if arguments.count == "quarter":
        chosen["count"] = lambda text: (len(text) + 3) // 4
    if arguments.answer_file:
        lines = arguments.answer_file.read_text(encoding="utf-8").splitlines()
        chosen["answer"] = lambda body: lines[zlib.crc32(json.dumps(body["messages"]).encode()) % len(lines)]
    if arguments.oracle:
        chosen["answer"] = Oracle(arguments.oracle)
    if arguments.err_share or arguments.invent_share:
        right = chosen.get("answer", Behaviour.answer)
        chosen["answer"] = Erring(right, arguments.err_share, invents=arguments.invent_share, seed=arguments.seed)
    if arguments.obedient:
        obedient = Obedient(arguments.obedient, chosen.get("answer", Behaviour.answer))
        chosen |= {"answer": obedient, "tool_calls": obedient.tool_calls}
    return chosen | _batch(arguments)


if __name__ == "__main__":
    main()
