"""Text and money as a person may see them: what comes from a file name, a document or an endpoint commands no terminal."""

from __future__ import annotations

from decimal import Decimal

NANO_USD = Decimal(1_000_000_000)


def one_line(text: object) -> str:
    """The text on one line, white space folded; control and direction characters, which a terminal would obey, are left out."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())


def usd(nano_usd: int | None) -> str:
    """Nano-USD as dollars: cents where there are any, and never 0.00 for something that cost money."""
    amount = Decimal(nano_usd or 0) / NANO_USD
    return f"{amount:.2f}" if not amount or abs(amount) >= 1 else f"{amount:.4f}" if abs(amount) >= Decimal("0.0001") else f"{amount:.9f}"
