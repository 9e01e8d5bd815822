"""Small imitations of the servers that speak chat completions in their own dialect, on loopback, with their faults.

They are written from what is published and measured about each; none of it was checked against a live service, and of the programs only
llama.cpp's server was ever run.
"""

from other_servers.dialects import DIALECTS, Dialect
from other_servers.server import FAULTS, OtherServer

__all__ = ["DIALECTS", "FAULTS", "Dialect", "OtherServer"]
