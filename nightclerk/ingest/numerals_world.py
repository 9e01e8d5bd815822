"""Counts in the number formats of Word that are not Latin (ECMA-376 part 1, 17.18.59): Chinese, Korean, Arabic, Hebrew, Thai, ..."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

# alphabets in which the last letter is followed by the first, doubled
ALPHABETS = {
    "russianLower": "абвгдежзиклмнопрстуфхцчшщыэюя",
    "russianUpper": "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЫЭЮЯ",
    "arabicAlpha": "أبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "arabicAbjad": "أبجدهوزحطيكلمنسعفصقرشتثخذضظغ",
    "hebrew2": "אבגדהוזחטיכלמנסעפצקרשת",
    "thaiLetters": "กขคงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "hindiConsonants": "कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह",
    "hindiVowels": "अआइईउऊऋऌऍऎएऐऑऒओऔ",
    "chicago": "*†‡§",
}
# lists that end: what comes after is written in digits
SEQUENCES = {
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
    "ideographEnclosedCircle": "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "ganada": "가나다라마바사아자차카타파하",
    "chosung": "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ",
    "aiueo": "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ",
    "aiueoFullWidth": "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン",
    "iroha": "ｲﾛﾊﾆﾎﾍﾄﾁﾘﾇﾙｦﾜｶﾖﾀﾚｿﾂﾈﾅﾗﾑｳヰﾉｵｸﾔﾏｹﾌｺｴﾃｱｻｷﾕﾒﾐｼヱﾋﾓｾｽﾝ",
    "irohaFullWidth": "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン",
}
DIGITS = {
    "decimalFullWidth": "０１２３４５６７８９",
    "decimalFullWidth2": "０１２３４５６７８９",
    "hindiNumbers": "०१२३४५६७८९",
    "thaiNumbers": "๐๑๒๓๔๕๖๗๘๙",
    "ideographDigital": "〇一二三四五六七八九",
    "japaneseDigitalTenThousand": "〇一二三四五六七八九",
    "taiwaneseDigital": "○一二三四五六七八九",
    "koreanDigital": "영일이삼사오육칠팔구",
    "koreanDigital2": "零一二三四五六七八九",
}
# (digits from 0, ten, hundred, thousand, whether one ten is written with its one, whether a gap is written as zero)
COUNTED = {
    "japaneseCounting": ("〇一二三四五六七八九", "十百千", False, False),
    "chineseCountingThousand": ("零一二三四五六七八九", "十百千", True, True),
    "taiwaneseCountingThousand": ("零一二三四五六七八九", "十百千", True, True),
    "chineseLegalSimplified": ("零壹贰叁肆伍陆柒捌玖", "拾佰仟", True, True),
    "ideographLegalTraditional": ("零壹貳參肆伍陸柒捌玖", "拾佰仟", True, True),
    "japaneseLegal": ("〇壱弐参四伍六七八九", "拾百阡", True, False),
    "koreanCounting": ("영일이삼사오육칠팔구", "십백천", False, False),
}
# written out below a hundred, digit by digit from there on
SHORT = {"chineseCounting": "〇一二三四五六七八九", "taiwaneseCounting": "○一二三四五六七八九"}
# Hebrew by the values of its letters; 15 and 16 avoid a name of God
HEBREW = (
    (400, "ת"), (300, "ש"), (200, "ר"), (100, "ק"), (90, "צ"), (80, "פ"), (70, "ע"), (60, "ס"), (50, "נ"), (40, "מ"), (30, "ל"), (20, "כ"),
    (16, "טז"), (15, "טו"), (10, "י"), (9, "ט"), (8, "ח"), (7, "ז"), (6, "ו"), (5, "ה"), (4, "ד"), (3, "ג"), (2, "ב"), (1, "א"),
)  # fmt: skip
KOREAN_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
KOREAN_ONES = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
MOST_REPEATED = 30


def _letters(alphabet: str, count: int) -> str:
    times, place = divmod(count - 1, len(alphabet))
    return alphabet[place] * (times + 1) if 0 <= times < MOST_REPEATED else str(count)


def _listed(sequence: str, count: int) -> str:
    return sequence[count - 1] if 0 < count <= len(sequence) else str(count)


def _digit_by_digit(digits: str, count: int) -> str:
    return str(count).translate({ord("0") + value: sign for value, sign in enumerate(digits)})


def _counted(digits: str, units: str, ones: bool, zeros: bool, count: int) -> str:
    if not 0 < count < 10_000:
        return str(count)
    text, gap = "", False
    for power in (3, 2, 1, 0):
        value = count // 10**power % 10
        if not value:
            gap = bool(text)
            continue
        text += digits[0] if gap and zeros else ""
        gap = False
        # ten is ten, and not one ten, at the beginning of a Chinese number that is not legal tender
        silent = value == 1 and power and (not ones or (zeros and power == 1 and not text and units[0] == "十"))
        text += ("" if silent else digits[value]) + (units[power - 1] if power else "")
    return text


def _short(digits: str, count: int) -> str:
    return _counted(digits, "十百千", True, True, count) if 0 < count < 100 else _digit_by_digit(digits, count)


def _korean(count: int) -> str:
    tens, ones = divmod(count, 10)
    return KOREAN_TENS[tens] + KOREAN_ONES[ones] if 0 < count < 100 else str(count)


def _hebrew(count: int) -> str:
    if not 0 < count < 1_000:
        return str(count)
    text = ""
    for worth, sign in HEBREW:
        # 15 and 16 stand only for themselves, at the end
        while count >= worth and (worth not in {15, 16} or count == worth):
            text += sign
            count -= worth
    return text


WORLD: dict[str, Callable[[int], str]] = {
    **{form: partial(_letters, alphabet) for form, alphabet in ALPHABETS.items()},
    **{form: partial(_listed, sequence) for form, sequence in SEQUENCES.items()},
    **{form: partial(_digit_by_digit, digits) for form, digits in DIGITS.items()},
    **{form: partial(_counted, *parts) for form, parts in COUNTED.items()},
    **{form: partial(_short, digits) for form, digits in SHORT.items()},
    "hebrew1": _hebrew,
    "koreanLegal": _korean,
    "hex": lambda count: f"{count:X}",
    "numberInDash": lambda count: f"- {count} -",
}
