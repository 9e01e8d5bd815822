"""The languages whose negation, modality and number words are known, by ISO 639-1 code; of any other only figures and dates are."""

from nightclerk.findings.verify.languages.ar import ARABIC
from nightclerk.findings.verify.languages.de import GERMAN
from nightclerk.findings.verify.languages.en import ENGLISH
from nightclerk.findings.verify.languages.es import SPANISH
from nightclerk.findings.verify.languages.fr import FRENCH
from nightclerk.findings.verify.languages.ja import JAPANESE
from nightclerk.findings.verify.languages.model import Language

LANGUAGES = {language.code: language for language in (ENGLISH, GERMAN, FRENCH, SPANISH, JAPANESE, ARABIC)}

# who may be a party, in any of them
ROLES = frozenset(role for language in LANGUAGES.values() for role in language.roles)

__all__ = ["ENGLISH", "LANGUAGES", "ROLES", "Language"]
