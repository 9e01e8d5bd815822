"""Whoever only dispatches pays for nothing else."""

from __future__ import annotations

import json
import subprocess
import sys

LOOK = """
import json, re, sys
from pathlib import Path
import nightclerk.dispatch, nightclerk.providers.mistral
unwanted = {"prefect", "tiktoken", "mistral_common", "openai", "pypdf", "docx"} & {name.partition(".")[0] for name in sys.modules}
# not getrusage, which counts what the process was before its exec
status = Path("/proc/self/status")
peak_kb = re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1] if status.exists() else 0
print(json.dumps([sorted(unwanted), int(peak_kb) / 1024]))
"""


def test_importing_the_dispatcher_is_cheap() -> None:
    """Dispatcher, store and provider need no Prefect, no tokenizer and no reader, and at most 70 MB of memory."""
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True, timeout=120)
    unwanted, resident_mb = json.loads(done.stdout)
    assert unwanted == []
    assert resident_mb <= 70
