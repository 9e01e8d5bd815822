"""Lists of words that checks share, one list a name."""

# ruff: noqa: SIM905 - a list reads as words

# forms of companies and words around names that tell nothing about who it is
FORMS = frozenset(
    (
        "inc incorporated corp corporation co company ltd limited llc llp lp plc gmbh ag kg kgaa ohg se sa sas sarl srl spa bv"
        " nv ab as oy pte pty pvt sl kk the of and de la le les el und der die das mr ms mrs dr state states province"
        " commonwealth republic"
    ).split()
)
# forms of companies
COMPANY = frozenset(
    ("inc incorporated corp corporation ltd limited llc llp lp plc gmbh ag kg sa sas sarl srl spa bv nv oy kk company").split()
)
# a jurisdiction that opens an answer is a name, although any first word has a capital
PLACES = frozenset(
    (
        "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana"
        " iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska"
        " nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia washington wisconsin wyoming ontario"
        " quebec alberta england wales scotland ireland germany france spain italy japan china india switzerland austria"
        " netherlands belgium luxembourg sweden norway denmark finland poland singapore australia canada mexico brazil israel"
        " egypt cyprus bermuda"
    ).split()
)
# words that answers begin with a capital and that name nothing
PLAIN = frozenset(
    (
        "yes no none not n/a agreement party parties section article exhibit contract clause provision consent notice term date effective"
    ).split()
)
# words before or behind a verb that turn round who does it to whom
PASSIVE = frozenset(("be been being is are was were by from wird werden wurde von durch par est sont sera por ser es son será").split())
# may stand between a modal and its verb
AUXILIARY = frozenset(("be been have to also then only hereby at any time être avoir zu sich ser haber").split())
# first to thirty-first, as days of a month are counted
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-"
    " fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
