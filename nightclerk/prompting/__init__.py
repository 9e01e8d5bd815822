"""Prompting: a profile and a chunk become the messages of one question, and a wire body becomes the hash that it is cached under."""

from nightclerk.prompting.follow_up import continued, missed, repaired
from nightclerk.prompting.hashing import request_hash
from nightclerk.prompting.marks import unescape, unwrap_chunk, wrap_chunk
from nightclerk.prompting.question import ask

__all__ = ["ask", "continued", "missed", "repaired", "request_hash", "unescape", "unwrap_chunk", "wrap_chunk"]
