"""`python -m mistral_server`: the imitation as a process of its own; prints one line of JSON with its URL once it listens."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import uvicorn

from mistral_server.app import App
from mistral_server.behaviour import Behaviour
from mistral_server.bodies import SHAPES
from mistral_server.faults import KINDS, Faults, Latency
from mistral_server.models import KNOWN
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
    parser.add_argument("--fault", action="append", default=[], metavar="KIND=SHARE", help=f"may be repeated; {', '.join(KINDS)}")
    parser.add_argument("--seed", type=int, default=0, help="of latency and faults")
    parser.add_argument("--shape", action="append", choices=SHAPES, help="may be repeated; by turns")
    parser.add_argument("--slow-s", type=float, default=Behaviour.slow_s)
    parser.add_argument("--hang-s", type=float, default=Behaviour.hang_s)
    parser.add_argument("--cached-share", type=float, default=0.0)
    parser.add_argument("--thinking-sentences", type=int, default=Behaviour.thinking_sentences)
    parser.add_argument("--count", choices=["exact", "quarter"], default="exact", help="tokens by the vocabulary, or characters / 4")
    parser.add_argument("--answer-file", type=Path, help="answer every question with this text instead of the profile's rules")
    return parser


def _behaviour(arguments: argparse.Namespace) -> dict[str, Any]:
    names = ("key", "rps", "burst", "tpm", "retry_after", "slow_s", "hang_s", "cached_share", "thinking_sentences")
    chosen: dict[str, Any] = {name: getattr(arguments, name) for name in names}
    chosen["latency"] = Latency(arguments.latency_s, arguments.seed)
    shares = dict(fault.split("=", 1) for fault in arguments.fault)
    chosen["faults"] = Faults({kind: float(share) for kind, share in shares.items()}, arguments.seed)
    if arguments.model:
        chosen["models"] = tuple(arguments.model)
    if arguments.shape:
        chosen["shapes"] = tuple(arguments.shape)
    if arguments.count == "quarter":
        chosen["count"] = lambda text: (len(text) + 3) // 4
    if arguments.answer_file:
        text = arguments.answer_file.read_text(encoding="utf-8")
        chosen["answer"] = lambda _body: text
    return chosen


if __name__ == "__main__":
    main()
