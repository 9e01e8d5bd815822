"""What it costs to find where a quote stands: CPU milliseconds a finding on long documents, by match level and by script.

    python benchmarks/locate.py [--characters 400000] [--quotes 200] [--json]

Documents are made of words of one script, with pages, so that every level can be had. For each level quotes are cut from the document and
changed as that level forgives it; all are looked for in one document, so the work that is done once for it is part of the mean. Beside it
stands one pass of `str.find` over the same document: what the least that can be done costs. Quotes that are not found, or elsewhere, or at
another level than they were made for, are counted.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from nightclerk.text import Locator

WORDS = {
    "latin": (
        "the party agreement shall not assign transfer notice “Confidential Information” licence term effective date Supplier’s payment "
        "within thirty days of receipt written consent liability damages indemnify warrants products services territory royalty-free "
        "non-exclusive breach cure period governing law courts jurisdiction Übertragung Verpflichtung résiliation cesión ﬁnal"
    ),
    "arabic": (
        "العقد الطرف الأول يلتزم بدفع المبلغ خلال ثلاثين يومًا من تاريخ استلام الفاتورة ولا يجوز التنازل عن حقوقه دون موافقة خطية مسبقة"
    ),
    "japanese": (
        "本契約 の 当事者 は、 相手方 の 書面 による 事前 の 承諾 なく して 権利 を 第三者 に 譲渡 して はならない。 "
        "期間 三十日 支払 秘密情報"
    ),
}
HEADER = "Confidential draft of the parties"


def document(script: str, characters: int, chance: random.Random) -> str:
    """Pages of paragraphs; every 30th word or so is a figure, so that no two stretches are alike."""
    words = WORDS[script].split()
    gap = "" if script == "japanese" else " "
    pages: list[str] = []
    while sum(map(len, pages)) < characters:
        stretch = [chance.choice(words) if chance.random() > 0.03 else f"{chance.randrange(10**6):,}" for _ in range(450)]
        lines = (gap.join(stretch[cut : cut + 15]) for cut in range(0, len(stretch), 15))
        pages.append("\n".join(lines) + f"\n\n{len(pages) + 1}\n\n{HEADER}\n\n")
    return "".join(pages)


def folded(quote: str, chance: random.Random) -> str:
    """Other white space and quotation marks."""
    return quote.replace("\n", " ").replace("“", '"').replace("”", '"').replace("’", "'").upper()


def letters(quote: str, chance: random.Random) -> str:
    """Without punctuation between words."""
    return " ".join(quote.split()).translate(str.maketrans("", "", "“”、。")).replace("-", " ")


def parts(quote: str, chance: random.Random) -> str:
    """With a stretch in its middle left out."""
    third = len(quote) // 3
    return f"{quote[:third].rsplit(maxsplit=1)[0]} [...] {quote[2 * third :].split(maxsplit=1)[-1]}"


def fuzzy(quote: str, chance: random.Random) -> str:
    """With a word too many in its middle."""
    middle = max(quote.find(" ", len(quote) // 2), 0) or len(quote) // 2
    return f"{quote[:middle]} otherwise {quote[middle:].lstrip()}"


CHANGES: dict[str, Callable[[str, random.Random], str]] = {
    "exact": lambda quote, _: quote,
    "folded": folded,
    "letters": letters,
    "parts": parts,
    "fuzzy": fuzzy,
}


def made(text: str, level: str, count: int, chance: random.Random) -> list[tuple[str, tuple[int, int]]]:
    """(quote, the span it was cut from): some 300 characters within a page, or over the end of one for `across`."""
    ends = [place for place in range(len(text)) if text.startswith(f"\n\n{HEADER}", place)]
    quotes = []
    while len(quotes) < count:
        place = chance.choice(ends[1:-1]) if level == "across" else chance.randrange(len(text) - 1_000)
        start = text.rfind("\n", 0, place - 200 if level == "across" else place) + 1
        end = text.find("\n", place + len(HEADER) + 150 if level == "across" else start + chance.randrange(100, 500))
        quote = text[start:end].strip()
        if level == "across":
            quotes.append((_without_furniture(quote), (start, end)))
        elif HEADER not in quote and "\n\n" not in quote:
            quotes.append((CHANGES[level](quote, chance), (start, end)))
    return quotes


def _without_furniture(quote: str) -> str:
    return " ".join(line for line in quote.split("\n") if line and line != HEADER and not line.isdigit())


def cpu_ms(work: Callable[[], Any]) -> float:
    """CPU milliseconds that it takes."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1_000


def measure(script: str, characters: int, count: int) -> dict[str, Any]:
    """Every level over one document of one script."""
    chance = random.Random(script)
    text = document(script, characters, chance)
    absent = text[-300:-1][::-1]
    passes = statistics.median(cpu_ms(lambda: [text.find(absent) for _ in range(20)]) / 20 for _ in range(5))
    result: dict[str, Any] = {"characters": len(text), "find_pass_ms": round(passes, 4)}
    for level in (*CHANGES, "across"):
        quotes = made(text, level, count, chance)
        locator, got = Locator(text), Counter[str]()
        spent = cpu_ms(partial(_look_all, locator, quotes, got))
        result[level] = {
            "ms_a_finding": round(spent / count, 3),
            "find_passes": round(spent / count / passes, 1),
            "found_as": dict(got),
        }
    result["mean_ms_a_finding"] = round(statistics.mean(result[level]["ms_a_finding"] for level in (*CHANGES, "across")), 3)
    return result


def _look_all(locator: Locator, quotes: list[tuple[str, tuple[int, int]]], got: Counter[str]) -> None:
    for quote, span in quotes:
        _look(locator, quote, span, got)


def _look(locator: Locator, quote: str, span: tuple[int, int], got: Counter[str]) -> None:
    matches = locator.find(quote, within=(max(0, span[0] - 15_000), span[1] + 15_000))
    there = matches and matches[0].char_start < span[1] and matches[-1].char_end > span[0]
    got[matches[0].level if there else "elsewhere" if matches else "none"] += 1


def main() -> int:
    """Measure every script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, default=400_000)
    parser.add_argument("--quotes", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = {script: measure(script, arguments.characters, arguments.quotes) for script in WORDS}
    print(json.dumps(result, ensure_ascii=False) if arguments.json else json.dumps(result, indent=2, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
