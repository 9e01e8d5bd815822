"""What an evaluation says: scores, how well flags and confidence do, and the cost; filed so that prompts and models can be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nightclerk.evaluate.gold import Gold, plain_name
from nightclerk.evaluate.measures import MEASURES, Found, Score, Scores, score
from nightclerk.records import derived_id, utc_now
from nightclerk.store import Store, evaluations

FLAGGED = ("contradicted", "unverified", "unclear")
# lower ends of the classes that confidences are counted in
CLASSES = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One profile on one labelled corpus.

    `caught` is the share of wrong findings that were flagged, `flagged_right` that of right ones, both None where there are none.
    `calibration` are (least confidence, findings, share that is right).
    """

    run_id: str
    gold: Gold
    documents: int
    scores: Scores
    caught: float | None
    flagged_right: float | None
    calibration: tuple[tuple[float, int, float], ...]
    cost_nano_usd: int

    def micro(self, measure: str) -> Score:
        """The score over all categories."""
        return self.scores.total(measure)

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON and for the database."""
        measured = [name for name in MEASURES if self.scores.by_category[name]]
        return {
            "run_id": self.run_id,
            "gold": self.gold.name,
            "documents": self.documents,
            "labels": len(self.gold.labels),
            "cost_usd": self.cost_nano_usd / 1e9,
            "cost_usd_a_document": self.cost_nano_usd / 1e9 / self.documents if self.documents else None,
            "answers_right": self.scores.answers.precision if self.scores.answers.right + self.scores.answers.false else None,
            "wrong_findings_flagged": self.caught,
            "right_findings_flagged": self.flagged_right,
            "calibration": [{"confidence_from": low, "findings": n, "right": share} for low, n, share in self.calibration],
            "micro": {name: figures(self.micro(name)) for name in measured},
            "categories": {
                category: {name: figures(self.scores.by_category[name][category]) for name in measured}
                for category in sorted(self.scores.by_category[measured[0]])
            }
            if measured
            else {},
        }


def judge(gold: Gold, run_id: str, rows: Sequence[Mapping[str, Any]], texts: Mapping[str, str], *, cost_nano_usd: int) -> Evaluation:
    """Score what a run has found; `rows` are its findings with their first evidence, `texts` the documents by their plain names."""
    located = _same_texts(gold, texts)
    found = [_found(row) for row in rows if row["quote"]]
    plain = [_unflagged(one) for one in found]
    scores = score(gold, found, located=located)
    correct = score(gold, plain, located=located).correct
    labelled = [number for number, one in enumerate(found) if one.document in gold.documents]
    return Evaluation(
        run_id=run_id,
        gold=gold,
        documents=len(set(texts) & gold.documents),
        scores=scores,
        caught=_share(found[number].flagged for number in labelled if number not in correct),
        flagged_right=_share(found[number].flagged for number in labelled if number in correct),
        calibration=_calibration([(found[number], number in correct) for number in labelled]),
        cost_nano_usd=cost_nano_usd,
    )


async def file(store: Store, evaluation: Evaluation) -> str:
    """File an evaluation under an id of its own."""
    identity = derived_id("evaluation", evaluation.run_id, evaluation.gold.sha256, utc_now().isoformat())
    await store.write(
        evaluations.file, identity, evaluation.run_id, evaluation.gold.name, evaluation.gold.sha256, evaluation.as_dict(), now=utc_now()
    )
    return identity


def figures(one: Score) -> dict[str, float | int]:
    """A score as numbers."""
    return {"right": one.right, "false": one.false, "missed": one.missed, "precision": one.precision, "recall": one.recall, "f1": one.f1}


def _same_texts(gold: Gold, texts: Mapping[str, str]) -> bool:
    """Whether the labels' offsets are those of the texts that were read: true of most labels that can be looked up."""
    known = [
        texts[label.document][label.char_start : label.char_end] == label.quote
        for label in gold.labels
        if label.char_start is not None and label.document in texts
    ]
    return bool(known) and sum(known) > 0.5 * len(known)


def _found(row: Mapping[str, Any]) -> Found:
    return Found(
        document=plain_name(row["document"]),
        category=row["category"],
        quote=row["quote"],
        char_start=row["char_start"],
        char_end=row["char_end"],
        answer=row["answer"],
        confidence=row["confidence"],
        flagged=row["state"] in FLAGGED,
    )


def _unflagged(one: Found) -> Found:
    return Found(one.document, one.category, one.quote, one.char_start, one.char_end, one.answer, one.confidence)


def _share(flags: Any) -> float | None:
    known = list(flags)
    return sum(known) / len(known) if known else None


def _calibration(judged: Sequence[tuple[Found, bool]]) -> tuple[tuple[float, int, float], ...]:
    """For each class of confidence among what stands as present: how many, and which share of them is right."""
    classes = []
    for low, high in zip(CLASSES, (*CLASSES[1:], 1.01), strict=True):
        right = [is_right for one, is_right in judged if not one.flagged and one.confidence is not None and low <= one.confidence < high]
        if right:
            classes.append((low, len(right), sum(right) / len(right)))
    return tuple(classes)
