"""The marks that part a document's text from our instructions. Documents are hostile until proven otherwise.

What a reader could take for a mark of ours, or a model's tokenizer for a mark of its chat format, gets a backslash behind its first sign;
characters that nobody sees and programs read are written as `{U+E0041}`. Both can be taken back exactly, so a quote that copies them still
leads to the source.
"""

from __future__ import annotations

import re

from nightclerk.records import Passage

# `<` in all its dresses, also as HTML, JSON and URLs spell it
_ANGLES = "<\uff1c\ufe64\u2039\u2329\u3008\u27e8\u276e\u2770\u02c2\u1438\u226e\u300a\u00ab"
_ANGLE = rf"(?:[{_ANGLES}]|&lt;?|&\#0*60;?|&\#x0*3c;?|\\u003c|\\x3c|%3c)"
_SQUARE = r"[\[\uff3b\u3010\u301a]"
# letters that look the same in other alphabets, with up to three signs, blanks or silent characters between them
_ALIKE = {"c": "c\uff43\u0441\u03f2\u217d", "h": "h\uff48\u04bb\u043d", "u": "u\uff55\u03c5\u057d\u1d1c", "n": "n\uff4e\u043f\u0578\u03b7",
          "k": "k\uff4b\u043a\u03ba\u212a", "o": "o\uff4f\u043e\u03bf\u0585\u1d0f", "t": "t\uff54\u0442\u03c4\u1d1b",
          "e": "e\uff45\u0435\u212e", "x": "x\uff58\u0445\u03c7\u2179"}  # fmt: skip
_CHUNK, _CONTEXT = (rf"[^\w<{_ANGLES}]{{0,3}}".join(f"[{_ALIKE[letter]}]" for letter in word) for word in ("chunk", "context"))
# of chat formats: Mistral's, and those of models that others serve; `<S>` heads columns in old filings and is no token
_WORDS = (
    r"(?:(?-i:s|bos|eos|pad|unk)|start_of_turn|end_of_turn|think|tool_calls?|tool_response|system|user|assistant|instructions?|context)"
)
_TOKENS = (
    r"(?:inst|system_prompt|available_tools|tool_(?:calls|results|content)|args|call_id|think|model_settings|prefix|middle|suffix|img(?:_break|_end)?"
    r"|(?:begin_)?audio|transcribe|streaming_(?:pad|word)|(?:next|repeat)_audio_text)"
)
_MARK = (
    rf"(?P<angle>{_ANGLE})(?P<behind>\\*)(?=[^\w{_ANGLES}]*(?:{_CHUNK}|{_CONTEXT})|[^\w{_ANGLES}]{{0,4}}{_WORDS}\s?[>\uff1e]"
    rf"|\s?[|\uff5c]|[{_ANGLES}]?\\*/?SYS\b)"
)
_TOKEN = rf"(?P<square>{_SQUARE})(?P<within>\\*)(?=[^\w\[\]]{{0,4}}{_TOKENS}\s?[\]\uff3d\u3011\u301b])"
_FORGED = re.compile(f"{_MARK}|{_TOKEN}", re.IGNORECASE)
# tags, further variation selectors, and overrides of the direction of writing
_UNSEEN = re.compile("[\U000e0000-\U000e007f\U000e0100-\U000e01ef\u202d\u202e]")
_WRITTEN = re.compile(r"\{U(\++)([0-9A-F]{4,5})\}")
_WRAPPED = re.compile(r'^<chunk id="(\d+)" of="(\d+)">\n(.*?)\n</chunk>$', re.MULTILINE | re.DOTALL)


def escape(text: str) -> str:
    """Break everything that looks like one of our marks or like a token of a chat format, and write down what nobody sees."""
    text = _FORGED.sub(lambda match: match.group() + "\\", text)
    text = _WRITTEN.sub(r"{U+\1\2}", text)
    return text if text.isascii() else _UNSEEN.sub(lambda match: f"{{U+{ord(match.group()):04X}}}", text)


def unescape(text: str) -> str:
    """Take back what `escape` did, in a text or in a quote of it."""
    return _FORGED.sub(_without_backslash, _WRITTEN.sub(_read, text))


def _without_backslash(match: re.Match[str]) -> str:
    return match.group()[:-1] if match["behind"] or match["within"] else match.group()


def _read(match: re.Match[str]) -> str:
    """The character that was written down, or what the text said itself, without the plus that was added."""
    if len(match[1]) > 1:
        return f"{{U{match[1][1:]}{match[2]}}}"
    character = chr(int(match[2], 16))
    return character if _UNSEEN.match(character) else match.group()


def wrap_chunk(text: str, ordinal: int, count: int) -> str:
    """Quote a chunk as data, the marks on lines of their own. `ordinal` counts from 0; the mark shows it from 1, as people count."""
    return f'<chunk id="{ordinal + 1}" of="{count}">\n{escape(text)}\n</chunk>'


def wrap_context(passage: Passage, path: str) -> str:
    """Quote a passage that is shown beside a chunk as data, the marks on lines of their own. `path` is its clause path as a JSON string."""
    clause = f" clause={path}" if path else ""
    return f'<context kind="{passage.role}"{clause}>\n{escape(passage.text)}\n</context>'


def unwrap_chunk(prompt: str) -> tuple[str, tuple[int, int]]:
    """The chunk that a prompt quotes, exactly as it went in, and its (ordinal from 0, count); raises `ValueError` without one."""
    found = _WRAPPED.search(prompt)
    if found is None:
        raise ValueError("the prompt quotes no chunk")
    return unescape(found[3]), (int(found[1]) - 1, int(found[2]))
