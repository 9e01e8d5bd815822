"""German. Number words are compounds (`zweihundertfünfundzwanzigtausend`) and are read piece by piece."""

# ruff: noqa: E501, ISC004 - tables

from nightclerk.findings.verify.languages.model import Language, counted, words

GERMAN = Language(
    code="de",
    name="German",
    function_words=words(
        "der die das und ist des dem den zu von mit für auf im ein eine einer eines nicht sich wird werden oder als auch nach bei dieser"
        " diese diesen dieses durch zum zur sind hat kann"
    ),
    operators=(
        ("also", r"nicht nur|nicht allein"),
        ("only", r"nur|lediglich"),
        ("", r"ob oder nicht|unbeschadet|insbesondere|noch nicht|nicht abschließend"),
        ("least", r"nicht (?:weniger|geringer|kürzer|früher) als|mindestens|wenigstens|zumindest|nicht unter|oder mehr"),
        (
            "most",
            r"nicht (?:mehr|länger|später|höher) als|höchstens|maximal|bis zu|längstens|spätestens|nicht über|nicht übersteig\w*"
            r"|nicht überschreit\w*|innerhalb von|binnen",
        ),
        ("above", r"(?:mehr|länger|höher|später) als|übersteig\w*|überschreit\w*|über(?= [\d€$])"),
        ("below", r"(?:weniger|kürzer|geringer|früher) als|unter(?= [\d€$])|unterschreit\w*"),
        (
            "unless",
            r"es sei denn|wenn nicht|außer|ausgenommen|mit ausnahme|abgesehen von|ohne|sofern (?:\w+ ){0,4}nicht|soweit (?:\w+ ){0,4}nicht|vorbehaltlich",
        ),
        ("if", r"wenn|falls|sofern|soweit"),
        (
            "not",
            r"nicht|kein(?:e[nmrs]?)?|nie|niemals|weder|noch|niemand(?:em|en)?|nichts|keinesfalls|keineswegs|in keinem fall"
            r"|unter keinen umständen",
        ),
        (
            "duty",
            r"(?:ist|sind|wird|werden) (?:\w+ ){0,3}verpflichtet|verpflichte[nt] sich|verpflichtet|(?:hat|haben)(?= (?:\w+ ){0,8}zu \w+en\b)",
        ),
        (
            "may",
            r"darf|dürfen|dürfte[n]?|kann|können|könnte[n]?|(?:ist|sind) (?:\w+ ){0,3}berechtigt|berechtigt|befugt|zulässig|gestattet|erlaubt",
        ),
        ("must", r"muss|muß|müssen|müsste[n]?"),
        ("should", r"soll|sollen|sollte[n]?"),
    ),
    negatives=(
        r"verboten|untersagt|ausgeschlossen|unzulässig|unwirksam|nichtig|verzicht\w*|verweiger\w*|unterlass\w*|beschränk\w*|entfäll\w*"
        r"|ausschluss|verbot|untersag\w*"
    ),
    prefixes=("nicht", "nicht-", "un", "in", "miss"),
    numbers=counted(
        "null ein/eins/eine/einen/einer/einem zwei/zwo drei vier fünf/fuenf sechs sieben acht neun zehn elf zwölf/zwoelf dreizehn vierzehn"
        " fünfzehn/fuenfzehn sechzehn siebzehn achtzehn neunzehn zwanzig=20 dreißig/dreissig=30 vierzig=40 fünfzig/fuenfzig=50 sechzig=60"
        " siebzig=70 achtzig=80 neunzig=90"
    ),
    hundred=("hundert",),
    scales={
        "tausend": 10**3, "million": 10**6, "millionen": 10**6, "milliarde": 10**9, "milliarden": 10**9, "billion": 10**12,
        "billionen": 10**12,
    },
    joiners=("und",),
    roles=words(
        "verkäufer verkäuferin käufer käuferin vermieter vermieterin mieter mieterin lizenzgeber lizenzgeberin lizenznehmer lizenznehmerin"
        " lieferant auftraggeber auftraggeberin auftragnehmer auftragnehmerin arbeitgeber arbeitgeberin arbeitnehmer arbeitnehmerin"
        " darlehensgeber darlehensnehmer gesellschaft gesellschafter geschäftsführer bürge besteller kunde kunden pächter verpächter"
    ),
    decimal_comma=True,
    articles=words("ein eins eine einen einer einem"),
    cues={
        "may": r"recht\w*|berechtig\w*|zulässig\w*|gestatt\w*|erlaub\w*|befug\w*|gewähr\w*|lizenz\w*|option\w*",
        "must": r"pflicht\w*|verpflicht\w*|haft\w*|erforderlich\w*|hat|haben|schulde\w*|bedarf|notwendig\w*|verantwort\w*|trägt",
    },
)  # fmt: skip
