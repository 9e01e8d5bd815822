"""An imitation of Mistral's API on loopback, for tests and benchmarks: a real HTTP server that speaks the published contract.

It speaks chat completions, whole and streamed, OCR, files, and batch jobs over both. It checks requests as strictly as the contract does,
counts tokens with the tekken vocabulary, limits requests and tokens, answers in every shape that is known, fails in every way that is
known, and keeps an account of its own of what it billed.

    with MistralServer(rps=50, tpm=500_000) as server:
        ...  # server.url, server.key
        server.account.cost_nano_usd

As a process of its own, from the folder `tests`: `python -m mistral_server --port 8999 --rps 50`.
"""

from mistral_server.account import Account, Entry
from mistral_server.app import App
from mistral_server.behaviour import Behaviour
from mistral_server.faults import KINDS, Faults
from mistral_server.server import MistralServer

__all__ = ["KINDS", "Account", "App", "Behaviour", "Entry", "Faults", "MistralServer"]
