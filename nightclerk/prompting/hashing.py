"""The key under which a request and its reply are stored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def request_hash(scope: str, provider: str, model: str, sample: int, body: Mapping[str, Any]) -> str:
    """The sha256 (64 hexadecimal characters) of one wire body for one resolved model.

    `scope` is empty for what all collections share; a confidential collection passes its own id and so meets nobody else's replies.
    The body is hashed as canonical JSON (sorted keys, no blanks); raises `ValueError` where it is not JSON (NaN, infinity).
    """
    canonical = json.dumps(
        [scope, provider, model, sample, body], sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    # a damaged document may hold half of a surrogate pair, which plain UTF-8 refuses
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
