"""Units that stand behind a figure, in six languages, and how one is converted into another."""

# ruff: noqa: E501, ISC004 - tables

from __future__ import annotations

import re
from decimal import Decimal

from nightclerk.text import fold

_BUSINESS = r"(?:business|working|trading|banking|bank|clear business) "
_PLAIN = r"(?:(?:calendar|consecutive|full|additional|contract|further|successive|complete|more|other|whole|natural) ){0,2}"
# (unit, spellings); the first that fits counts
_UNITS: tuple[tuple[str, str], ...] = (
    ("point", r"percentage points?|prozentpunkte?n?|points? de pourcentage|puntos? porcentual(?:es)?|パーセントポイント|ポイント|نقاط? مئوية"),
    ("basis_point", r"basis[ -]points?|bps?|basispunkte?n?|points? de base|puntos? básicos?|ベーシス ?・?ポイント|نقطة أساس|نقاط أساس"),
    ("percent", r"%|per ?cent|percent|pct\.?|prozent|v\. ?h\.|pour[ -]cent|por ciento|por cien|パーセント|في المئة|في المائة|بالمئة|بالمائة|٪"),
    ("permille", r"‰|promille|per mille"),
    ("business_day", rf"{_BUSINESS}days?|werktage?n?|arbeitstage?n?|geschäftstage?n?|bankarbeitstage?n?|jours? (?:ouvrés?|ouvrables?)"
     r"|días? (?:hábil(?:es)?|laborables?)|営業日|(?:أيام|يوم|يوما) عمل"),
    ("day", rf"{_PLAIN}days?|tage?n?|tags|kalendertage?n?|jours?|días?|dias?|日間?|يوما?|أيام|ايام"),
    ("week", rf"{_PLAIN}weeks?|wochen?|semaines?|semanas?|週間?|أسابيع|أسبوعا?"),
    ("month", rf"{_PLAIN}months?|mo\.|monate?n?s?|mois|mes(?:es)?|か月間?|ヶ月間?|カ月間?|ヵ月間?|ケ月間?|箇月間?|月間|شهرا?|أشهر|شهور|اشهر"),
    ("quarter", r"quarters?|quartale?n?|trimestres?|四半期|أرباع"),
    ("year", rf"{_PLAIN}years?|yrs?\.?|jahre?n?s?|ans?|années?|años?|年間?|か年|سنوات|سنة|أعوام|عاما?"),
    ("hour", rf"{_PLAIN}hours?|hrs?\.?|stunden?|heures?|horas?|時間|ساعات?|ساعة"),
    ("minute", r"minutes?|minuten|minutos?|分間?|دقائق|دقيقة"),
    ("second", r"seconds?|sekunden?|secondes?|segundos?|秒間?"),
    ("square_foot", r"square f(?:ee|oo)t|sq\.? ?ft\.?"),
    ("square_metre", r"square met(?:re|er)s?|sq\.? ?m\.?|m2|m²|quadratmetern?|mètres? carrés?|metros? cuadrados?|平方メートル|متر مربع"),
    ("acre", r"acres?"), ("hectare", r"hectares?|hektar|hectáreas?|ヘクタール"),
    ("mile", r"miles?|meilen?"), ("kilometre", r"kilomet(?:re|er)s?|km|kilometern?|kilomètres?|kilómetros?|キロメートル"),
    ("foot", r"f(?:ee|oo)t|ft\.?"), ("inch", r"inch(?:es)?"), ("yard", r"yards?"),
    ("metre", r"met(?:re|er)s?|metern?|mètres?|metros?|メートル"), ("centimetre", r"cm|centimet(?:re|er)s?"), ("millimetre", r"mm|millimet(?:re|er)s?"),
    ("kilogram", r"kilograms?|kg|kilogramme?s?|kilos?"), ("gram", r"grams?|gramm"), ("milligram", r"mg|milligrams?"),
    ("pound_weight", r"lbs?\.?|pounds? (?=of )"), ("tonne", r"tonnes?|metric tons?|tonnen|toneladas?|トン"), ("ton", r"tons?"), ("ounce", r"ounces?|oz\.?"),
    ("litre", r"lit(?:re|er)s?|litern?|litros?|リットル"), ("gallon", r"gallons?"), ("barrel", r"barrels?|bbls?"),
    ("megawatt_hour", r"mwh"), ("kilowatt_hour", r"kwh"), ("megawatt", r"mw|megawatts?"), ("kilowatt", r"kw|kilowatts?"),
    ("terabyte", r"tb|terabytes?"), ("gigabyte", r"gb|gigabytes?"), ("megabyte", r"mb|megabytes?"), ("mmbtu", r"mmbtus?"), ("btu", r"btus?"),
    ("share", r"(?:\w+ )?shares?|aktien|actions|acciones|株|سهما?|أسهم"), ("employee", r"employees?|mitarbeitern?|salariés|empleados"),
)  # fmt: skip
_TABLE = [
    (unit, re.compile(rf"(?:{spellings if chr(92) in spellings or '[' in spellings else fold(spellings).text})(?![a-zß-ɏء-ي])"))
    for unit, spellings in _UNITS
]
_UNSPACED = re.compile("[\u3040-\u30ff\u4e00-\u9fff%‰]")
# to a unit that both sides of a comparison share
_SAME = {"week": (Decimal(7), "day"), "year": (Decimal(12), "month"), "quarter": (Decimal(3), "month"), "basis_point": (Decimal("0.01"), "percent"),
         "permille": (Decimal("0.1"), "percent"), "minute": (Decimal(60), "second"), "hour": (Decimal(3600), "second")}  # fmt: skip
_PER = re.compile(
    r"(?:,? ?(?:per|a|an|each|every|/|pro|je|par|por|al|cada|を?毎) ?(day|week|month|quarter|year|annum|tag|woche|monat|quartal|jahr|jour|semaine"
    r"|mois|trimestre|an|día|semana|mes|año)(?!\w))"
)
_PERIODS = {
    "annum": "year", "tag": "day", "woche": "week", "monat": "month", "quartal": "quarter", "jahr": "year", "jour": "day", "semaine": "week",
    "mois": "month", "trimestre": "quarter", "an": "year", "día": "day", "semana": "week", "mes": "month", "año": "year",
}  # fmt: skip
DURATIONS = frozenset({"second", "day", "month", "business_day", "hour", "minute", "week", "quarter", "year"})


def unit_at(text: str, place: int) -> tuple[str, int]:
    """The unit that stands at a place of a folded text, and the place behind it; ("", place) where none does."""
    for unit, pattern in _TABLE:
        found = pattern.match(text, place)
        if found:
            return unit, found.end()
    return "", place


def unit_of(word: str) -> str:
    """The unit that a word names; empty where it names none."""
    folded = fold(word).text.strip()
    unit, end = unit_at(folded, 0)
    return unit if end == len(folded) else ""


def per_at(text: str, place: int) -> str:
    """The period after `per` at a place: `$500 per month` is 500 a month."""
    found = _PER.match(text, place)
    return _PERIODS.get(found[1], found[1]) if found else ""


def common(values: tuple[Decimal, ...], unit: str) -> tuple[tuple[Decimal, ...], str]:
    """The values in the unit that everything of their kind is compared in: years and quarters in months, weeks in days."""
    factor, shared = _SAME.get(unit, (Decimal(1), unit))
    return tuple(value * factor for value in values), shared
