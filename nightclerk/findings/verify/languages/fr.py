"""French."""

# ruff: noqa: E501, ISC004 - tables

from nightclerk.findings.verify.languages.model import Language, counted, words

FRENCH = Language(
    code="fr",
    name="French",
    function_words=words(
        "le la les de des du et est en un une dans que qui pour par sur au aux ou ce cette son sa ses il elle sont à ne pas avec ainsi être"
        " d l tout"
    ),
    operators=(
        ("also", r"non seulement|pas seulement|pas uniquement"),
        ("only", r"seulement|uniquement|exclusivement"),
        ("", r"sans préjudice|sans limitation|sans s'y limiter|n'étant pas limitati\w+|que ce soit ou non|n°"),
        ("least", r"(?:pas|non) moins de|au moins|au minimum|minimum de|ou plus"),
        ("most", r"(?:pas|non) plus de|au plus(?: tard)?|au maximum|maximum de|jusqu'à|ne (?:\w+ )?excéd\w+ pas|ne peut excéder|dans un délai de"),
        ("above", r"plus de|supérieur\w* à|excéd\w+|dépass\w+"),
        ("below", r"moins de|inférieur\w* à"),
        (
            "unless",
            r"à moins qu(?:e|')(?: \w+){0,3}? n[e'](?!\w* (?:peut|pourra|doit))|à moins (?:que|qu'|de)|sauf|excepté|hormis|à l'exception"
            r"|à l'exclusion|sans|sous réserve",
        ),
        ("if", r"si|s'il|s'ils|en cas de|pourvu que|à condition"),
        (
            "not",
            r"n(?:e|')(?=[\s\w])(?:(?: ?\w+){1,4}? (?:pas|jamais|point|aucun\w*|guère)\b)?|pas|jamais|aucun\w*|ni|nul(?:le)?|en aucun cas|non"
            r"|rien|personne ne",
        ),
        (
            "duty",
            r"(?:est|sont|sera|seront) (?:tenue?s?|obligée?s?) (?:de|d')|s'(?:engage|engagent|oblige|obligent) à|tenue?s? de",
        ),
        (
            "may",
            r"peu(?:t|vent|x)|pouvez|pouvons|pourr(?:a|ont|ez|ait|aient)|(?:est|sont) (?:autorisée?s?|habilitée?s?) à|(?:a|ont|aura|auront) le droit de|droit de"
            r"|faculté de",
        ),
        ("must", r"doi(?:t|vent|s)|devez|devons|devr(?:a|ont|ez)"),
        ("should", r"devrai(?:t|ent)"),
    ),
    negatives=(
        r"interdi\w*|prohib\w*|exclu\w*|nul(?:le|s|les)?|renonc\w*|refus\w*|défen\w*|empêch\w*|abst\w*|limit\w*|restrei\w*|caduc\w*"
    ),
    prefixes=("non", "non-", "non ", "in", "im", "il", "ir", "dé"),
    numbers=counted(
        "zéro un/une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf"
        " vingt/vingts=20 trente=30 quarante=40 cinquante=50 soixante=60 septante=70 quatre-vingt/quatre-vingts=80 huitante=80"
        " nonante=90"
    ),
    hundred=("cent", "cents"),
    scales={
        "mille": 10**3, "million": 10**6, "millions": 10**6, "milliard": 10**9, "milliards": 10**9, "billion": 10**12,
        "billions": 10**12,
    },
    joiners=("et",),
    roles=words(
        "vendeur vendeuse acheteur acheteuse acquéreur bailleur bailleresse locataire preneur concédant concessionnaire licencié fournisseur"
        " client prestataire employeur salarié prêteur emprunteur mandant mandataire société cédant cessionnaire caution distributeur"
    ),
    decimal_comma=True,
    articles=words("un une"),
    cues={
        "may": r"droits?|autoris\w*|permet\w*|permis\w*|habilit\w*|faculté|accord\w*|concèd\w*|licence|option",
        "must": r"oblig\w*|tenu\w*|respons\w*|engag\w*|exig\w*|nécessaire\w*|requi\w*|incomb\w*",
    },
)  # fmt: skip
