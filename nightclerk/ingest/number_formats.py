"""Numbers as a sheet shows them: `0.05` under the format `0.0%` is `5.0%`, 1250 under `[$€-407] #,##0.00` is `€ 1,250.00`.

The format codes are those of ECMA-376 part 1, 18.8.30 and 18.8.31. Percent, digits, thousands, and the words and currency signs around
them are done; fractions, exponents and formats that depend on conditions show the plain number, which is right and less pretty.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal

# the built-in formats that are numbers; those of dates come as dates already
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 41: "#,##0;(#,##0);-", 42: "$#,##0;($#,##0);-", 43: "#,##0.00;(#,##0.00);-",
    44: "$#,##0.00;($#,##0.00);-", 5: "$#,##0;($#,##0)", 6: "$#,##0;($#,##0)", 7: "$#,##0.00;($#,##0.00)", 8: "$#,##0.00;($#,##0.00)",
}  # fmt: skip
TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<bracket>[^\]]*)\]|(?P<digits>[0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)(?P<scale>,*)'
    r"|(?P<percent>%)|(?P<general>General)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
COLOURS = re.compile(r"black|blue|cyan|green|magenta|red|white|yellow|color ?\d+", re.IGNORECASE)
LITERALS = frozenset(" $€£¥₣₹+-()/:'!^&~{}<>=.,")
MOST_DIGITS = 30
# what a double holds: more digits are noise of the conversion from binary
WIDE = Context(prec=400)


def shown(value: object, code: str = "") -> str:
    """A cell's value as one line of text; the format code matters to numbers only."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _formatted(value, code) if code else plain(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("seconds")
    if isinstance(value, timedelta):
        return _hours(value)
    return " ".join(str(value).split())


def plain(value: float) -> str:
    """A number without a format: whole where it is whole, at most 15 significant digits, never an exponent for what people count."""
    if value == int(value) if abs(value) < 1e15 else False:
        return str(int(value))
    text = f"{value:.15g}"
    return f"{Decimal(text):f}" if "e" in text and 1e-12 < abs(value) < 1e30 else text


def _hours(value: timedelta) -> str:
    seconds = round(value.total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02d}:{second:02d}"


def _formatted(value: float, code: str) -> str:
    if value != value or value in {float("inf"), float("-inf")}:
        return plain(value)
    sections = _sections(code)
    place = 0 if value > 0 or len(sections) == 1 else 1 if value < 0 else min(2, len(sections) - 1) if len(sections) > 2 else 0
    parts = _parts(sections[place])
    if parts is None:
        return plain(value)
    # a section of its own for negative numbers says how they are marked
    sign = "-" if value < 0 and len(sections) == 1 else ""
    before, digits, after, factor = parts
    if digits is None:
        return (before + after).strip() or plain(value)
    number = _digits(Decimal(repr(abs(value))).scaleb(factor, WIDE), digits)
    sign = sign if any(character in "123456789" for character in number) else ""
    return f"{sign}{before}{number}{after}".strip() or plain(value)


def _sections(code: str) -> list[str]:
    """The parts for positive, negative and zero, divided by semicolons that are not in quotes."""
    return re.findall(r'(?:"[^"]*"|\\.|[^;"\\]|"(?=[^"]*\Z))+|(?<=;)(?=;|\Z)', code) or [code]


def _parts(section: str) -> tuple[str, str | None, str, int] | None:
    """(words before, digits, words after, power of ten) of one section; None where it holds more than that."""
    around = ["", ""]
    digits, factor = None, 0
    for match in TOKEN.finditer(section):
        kind, text = match.lastgroup, match[0]
        if kind in {"quoted", "escaped", "currency"}:
            around[digits is not None] += match[kind]
        elif kind == "scale":
            if digits is not None:
                return None
            digits = match["digits"] + match["scale"]
        elif kind == "percent":
            factor += 2
            around[digits is not None] += "%"
        elif (
            kind == "general"
            or (kind == "bracket" and not COLOURS.fullmatch(match["bracket"]))
            or (kind == "other" and text not in LITERALS)
        ):
            return None
        elif kind == "other":
            around[digits is not None] += text
    commas = len(digits) - len(digits.rstrip(",")) if digits else 0
    return around[0], digits, around[1], factor - 3 * commas


def _digits(value: Decimal, pattern: str) -> str:
    whole, _, decimals = pattern.rstrip(",").partition(".")
    places = min(len(decimals), MOST_DIGITS)
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=WIDE)
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    head, _, tail = text.partition(".")
    optional = len(decimals) - len(decimals.rstrip("#?"))
    while optional and tail.endswith("0"):
        tail, optional = tail[:-1], optional - 1
    least = min(whole.count("0"), MOST_DIGITS)
    if head == "0" and not least:
        head = ""
    elif "," not in head:
        head = head.zfill(least)
    return f"{head}.{tail}" if tail else head
