"""Currencies by sign, code and name. A sign or a name may stand for several; which one is then a matter of the document."""

# ruff: noqa: E501, ISC004, SIM905 - tables

from __future__ import annotations

import re

from nightclerk.text import fold

DOLLARS = frozenset("USD CAD AUD HKD SGD NZD TWD".split())
_CODES = (
    "USD EUR GBP JPY CHF CAD AUD CNY HKD SGD NZD TWD INR KRW SEK NOK DKK PLN CZK HUF RON BGN TRY RUB UAH ILS AED SAR QAR KWD BHD OMR JOD"
    " EGP MAD TND DZD ZAR NGN KES GHS BRL MXN ARS CLP COP PEN THB IDR MYR PHP VND PKR BDT LKR ISK LBP"
).split()
_NAMES: tuple[tuple[str, str], ...] = (
    (r"us\$|u\.s\.\$|us-\$|u\.s\. ?\$|us dollars?|u\.s\. dollars?|united states dollars?|us-dollars?|dollars? des? états-unis|dollars? américains?"
     r"|dólares? (?:estadounidenses?|de los estados unidos)|米ドル|米国ドル|دولارا? أمريكيا?|الدولارات الأمريكية", "USD"),
    (r"c\$|ca\$|can\$|cdn\$|canadian dollars?|kanadische[nr]? dollars?|dollars? canadiens?|dólares? canadienses?", "CAD"),
    (r"a\$|au\$|australian dollars?|dollars? australiens?|dólares? australianos?", "AUD"),
    (r"hk\$|hong kong dollars?", "HKD"),
    (r"s\$|singapore dollars?", "SGD"),
    (r"nz\$|new zealand dollars?", "NZD"),
    (r"nt\$|new taiwan dollars?", "TWD"),
    (r"r\$|reais|brazilian reals?", "BRL"),
    (r"mx\$|mexican pesos?|pesos mexicanos", "MXN"),
    (r"\$|dollars?|dólar(?:es)?|ドル|دولارا?(?:ت)?|الدولار", "$"),
    (r"€|euros?|ユーロ|يورو", "EUR"),
    (r"£|pounds? sterling|pounds?|sterling|pfund|livres? sterling|libras? esterlinas?|ポンド", "GBP"),
    (r"円|yens?|日本円|ين ياباني", "JPY"),
    (r"¥", "JPY CNY"),
    (r"rmb|renminbi|yuan|人民元|元|人民幣", "CNY"),
    (r"sfr\.?|fr\.|schweizer franken|swiss francs?|francs? suisses?|francos? suizos?|franken|スイスフラン", "CHF"),
    (r"₹|rs\.?|rupees?|indian rupees?", "INR PKR LKR"),
    (r"₩|won", "KRW"),
    (r"₽|rubles?|roubles?|rubel", "RUB"),
    (r"₺|turkish liras?", "TRY"),
    (r"₪|shekels?", "ILS"),
    (r"kr\.?|kronor|kroner|kronen", "SEK NOK DKK ISK"),
    (r"zł|zloty|złotych|złote", "PLN"),
    (r"kč", "CZK"),
    (r"pesos?", "MXN ARS CLP COP PHP"),
    (r"ريالا?(?:ات)?(?: سعوديا?)?", "SAR QAR OMR"),
    (r"درهما?|دراهم", "AED MAD"),
    (r"جنيها?(?:ات)?(?: مصريا?)?", "EGP"),
    (r"دينارا?|دنانير", "KWD BHD JOD TND DZD"),
)  # fmt: skip
_BY_SPELLING: list[tuple[re.Pattern[str], frozenset[str]]] = [
    (re.compile(fold(names).text if "\\" not in names else names), DOLLARS if codes == "$" else frozenset(codes.split()))
    for names, codes in _NAMES
]
CURRENCY = rf"(?:{'|'.join(names for names, _ in _NAMES)}|(?:{'|'.join(_CODES)})(?: ?\$| ?€)?)".lower()
# what may stand before a figure: a sign or a code, not a name
SIGN = (
    rf"(?:us\$|u\.s\. ?\$|us-\$|c\$|ca\$|can\$|cdn\$|a\$|au\$|hk\$|s\$|nz\$|nt\$|r\$|mx\$|[$€£¥₹₩₽₺₪]|rmb|rs\.?|sfr\.?|fr\.|kr\.?"
    rf"|zł|euro|(?:{'|'.join(_CODES).lower()})(?: ?[$€£])?)"
)
_WORD = re.compile(rf"(?<![a-z]){CURRENCY}(?![a-z])|(?<!\w)(?:{'|'.join(_CODES).lower()})(?!\w)")


def codes(spelling: str) -> frozenset[str]:
    """The ISO 4217 codes that a sign, a code or a name in folded text may mean; empty where it is none."""
    spelling = spelling.strip()
    code = spelling[:3].upper()
    if code in _CODES and not spelling[3:4].isalpha():
        return frozenset([code])
    return next((known for pattern, known in _BY_SPELLING if pattern.fullmatch(spelling)), frozenset())


def named_in(text: str) -> frozenset[str]:
    """Every code that a folded text names or may mean by a sign, one by one: {"USD"} for `US$`, all dollars for `$`."""
    return frozenset(code for found in set(_WORD.findall(text)) for code in _single(found))


def _single(spelling: str) -> frozenset[str]:
    found = codes(spelling)
    return found if len(found) == 1 else frozenset()


def agree(claimed: frozenset[str], source: frozenset[str], named: frozenset[str]) -> bool | None:
    """Whether two currencies may be the same; None where the source's sign leaves open which and the document never says the claimed one.

    `$` is taken for US dollars unless the document names other dollars.
    """
    if not claimed & source:
        return False
    if len(claimed) > 1 or len(source) == 1 or claimed & named:
        return True
    return True if claimed == {"USD"} or not source <= DOLLARS else None
