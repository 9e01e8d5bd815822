"""Spanish."""

# ruff: noqa: E501, ISC004 - tables

from nightclerk.findings.verify.languages.model import Language, counted, words

SPANISH = Language(
    code="es",
    name="Spanish",
    function_words=words(
        "el la los las de del y en que un una por con para se al es su sus lo como o este esta será son más ser a las cualquier"
    ),
    operators=(
        ("also", r"no sólo|no solo|no solamente|no únicamente"),
        ("only", r"sólo|solo|solamente|únicamente|exclusivamente"),
        ("", r"sin perjuicio|sin limitación|sin limitarse|no limitad\w+|o no|no obstante|n\.º"),
        ("least", r"(?:no inferior(?:es)? a|no menos de|al menos|por lo menos|como mínimo|mínimo de|no menor(?:es)? (?:de|a))|o más"),
        (
            "most",
            r"(?:no superior(?:es)? a|no más de|no mayor(?:es)? (?:de|a)|como máximo|máximo de|a más tardar|hasta(?= \W?\d)|no exced\w+"
            r"|no podrá exceder|dentro de)",
        ),
        ("above", r"más de|superior(?:es)? a|mayor(?:es)? (?:de|a|que)|exced\w+"),
        ("below", r"menos de|inferior(?:es)? a|menor(?:es)? (?:de|a|que)"),
        ("unless", r"a menos que|a no ser que|salvo|excepto|con excepción|a excepción|sin|exceptuando|excluyendo"),
        ("if", r"si|en caso de|siempre que|siempre y cuando|sujeto a"),
        ("not", r"no|ni|nunca|jamás|ningun[oa]?s?|ningún|nadie|nada|tampoco|en ningún caso|bajo ninguna circunstancia"),
        (
            "duty",
            r"(?:est(?:á|án|ará|arán)) obligad[oa]s? a|se (?:obliga|obligan|compromete|comprometen) a|tien(?:e|en) que|tendrán? (?:que|la obligación de)",
        ),
        (
            "may",
            r"pued(?:e|en|a|an)|podr(?:á|án|ía|ían)|(?:est(?:á|án)) (?:autorizad|facultad)[oa]s? (?:para|a)|tendrán? derecho a|tienen? derecho a"
            r"|derecho a|facultad de",
        ),
        ("must", r"deb(?:e|en)|deber(?:á|án)|habrán? de"),
        ("should", r"deber(?:ía|ían)"),
    ),
    negatives=(
        r"prohib\w*|exclu\w*|nul[oa]s?|renunci\w*|rechaz\w*|impid\w*|imped\w*|absten\w*|abstien\w*|limit\w*|restrin\w*|inválid\w*|priv\w*"
    ),
    prefixes=("no ", "in", "im", "i", "ir", "des", "no-"),
    numbers=counted(
        "cero un/uno/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis/dieciseis diecisiete"
        " dieciocho diecinueve veinte=20 veintiuno/veintiún/veintiuna=21 veintidós/veintidos veintitrés/veintitres veinticuatro veinticinco"
        " veintiséis/veintiseis veintisiete veintiocho veintinueve treinta=30 cuarenta=40 cincuenta=50 sesenta=60 setenta=70 ochenta=80"
        " noventa=90 cien/ciento=100 doscientos/doscientas=200 trescientos/trescientas=300 cuatrocientos/cuatrocientas=400"
        " quinientos/quinientas=500 seiscientos/seiscientas=600 setecientos/setecientas=700 ochocientos/ochocientas=800"
        " novecientos/novecientas=900"
    ),
    hundred=(),
    scales={
        "mil": 10**3, "millón": 10**6, "millon": 10**6, "millones": 10**6, "billón": 10**12, "billon": 10**12, "billones": 10**12,
    },
    joiners=("y",),
    roles=words(
        "vendedor vendedora comprador compradora arrendador arrendadora arrendatario arrendataria licenciante licenciatario proveedor"
        " cliente empleador empleado trabajador prestamista prestatario mandante mandatario sociedad cedente cesionario fiador contratista"
        " distribuidor"
    ),
    decimal_comma=True,
    articles=words("un uno una"),
    cues={
        "may": r"derechos?|autoriz\w*|permit\w*|faculta\w*|conced\w*|otorg\w*|licencia\w*|opción",
        "must": r"oblig\w*|respons\w*|comprom\w*|requier\w*|requer\w*|exig\w*|necesari\w*|responder\w*",
    },
)  # fmt: skip
