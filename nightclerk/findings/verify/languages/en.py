"""English."""

# ruff: noqa: E501, ISC004 - tables

from nightclerk.findings.verify.languages.model import Language, counted, words

ENGLISH = Language(
    code="en",
    name="English",
    function_words=words(
        "the of and to in a is that for by with or be shall any this such as on not from an its will under which are may have has it other"
    ),
    operators=(
        (
            "anyhow",
            r"(?:with or )?without (?:any )?(?:cause|reason)|for convenience|for (?:any|no) (?:or no )?reason(?: or no reason)?|at will",
        ),
        ("cause", r"(?:for|with) (?:good |just )?cause"),
        ("also", r"not only|not solely|not exclusively"),
        ("only", r"only|solely|exclusively"),
        (
            "",
            r"whether or not|(?:but )?not limited to|without limit(?:ation|ing)|without prejudice|notwithstanding"
            r"|no\.(?= ?\w)|nos\.|if not (?:already|earlier)|last will|not applicable|or not",
        ),
        ("least", r"(?:not|no) (?:less|fewer|lower|smaller|earlier|sooner|shorter) than|not below|at least|(?:a )?minimum of|or more"),
        (
            "most",
            r"(?:not|no) (?:more|greater|later|longer|higher|larger) than|not to exceed|(?:shall|may|will|must|does|do|should|can) not"
            r"(?: in any event)? exceed|not exceeding|not in excess of|at most|(?:a )?maximum of|up to|or less|or fewer|within(?= \(?(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|eleven|twelve|\w+ty\b))",
        ),
        ("above", r"(?:more|greater|longer|later|higher) than|in excess of|exceed(?:s|ing)?|over(?= [$€£\d])|above(?= [$€£\d])"),
        ("below", r"(?:less|fewer|lower|shorter|earlier|sooner) than|under(?= [$€£\d])|below(?= [$€£\d])"),
        ("unless", r"unless|except(?:ing|ed)?(?: for| that| as)?|excluding|save (?:for|that|as)|other than|without|otherwise than"),
        ("if", r"if|provided that|subject to|only with|in case of|in the event(?: of| that)"),
        ("never", r"cannot|can't|may not|shall not|must not|mustn't|shan't|will not|won't|could not|in no event (?:shall|will|may)"),
        (
            "not",
            r"not|never|no one|no|none|nothing|nobody|neither|nor|in no event|under no circumstances|on no account|n't"
            r"|(?:does|do|did|is|are|was|were|has|have|had|would|need)n't",
        ),
        (
            "duty",
            r"(?:is |are |be )?(?:required|obligated|obliged|bound) to|ha(?:s|ve) to|(?:has|have|be under) (?:the|an?|any) (?:obligation|duty) to"
            r"|agrees? to|undertakes? to|covenants? to|needs? to|need",
        ),
        (
            "may",
            r"may|can|could|might|(?:is |are |be )?(?:entitled|permitted|allowed|authori[sz]ed|free) to|(?:the |a |any )?(?:right|option) to|permitted|allowed|permissible"
            r"|at liberty to",
        ),
        ("must", r"shall|must"),
        ("should", r"should|ought to"),
        ("will", r"will|would"),
    ),
    negatives=(
        r"prohibit\w*|forbid\w*|forbad\w*|void|ban(?:s|ned)?|bar(?:s|red)?|preclud\w*|refrain\w*|waive[sdr]?\w*|disclaim\w*|exclud\w*|restrict\w*"
        r"|den(?:y|ies|ied)|refus\w*|lack\w*|fail\w*|free of|free from|absen\w*|nil|zero|revok\w*|limit\w*|invalid|ineffective|null"
    ),
    prefixes=("non", "non-", "un", "in", "im", "il", "ir", "dis"),
    numbers=counted(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
        " twenty=20 thirty=30 forty/fourty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90 dozen=12"
    ),
    hundred=("hundred",),
    scales={"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "lakh": 10**5, "crore": 10**7},
    joiners=("and",),
    roles=words(
        "seller buyer purchaser vendor licensor licensee sublicensee lessor lessee landlord tenant supplier customer client company"
        " employer employee contractor subcontractor borrower lender agent principal distributor manufacturer franchisor franchisee"
        " consultant provider recipient assignor assignee grantor grantee guarantor parent owner operator transporter shipper reseller"
        " discloser executive investor issuer holder trustee party partner affiliate affiliates"
    ),
    articles=words("one a an"),
    cues={
        "may": r"permit\w*|allow\w*|authori[sz]\w*|entitle\w*|rights?|option\w*|licen[sc]e\w*|grants?|granted|discretion|terminable|assignable|free",
        "must": r"requir\w*|oblig\w*|responsib\w*|liab\w*|agree\w*|undertak\w*|covenant\w*|duty|duties|bound|necessary|only|bear|bears",
    },
)
