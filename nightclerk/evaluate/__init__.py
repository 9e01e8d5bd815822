"""Scoring a profile against labelled documents: what was found, how much of it is right, and what it cost."""

from nightclerk.evaluate.gold import Gold, Label, plain_name, read_gold
from nightclerk.evaluate.measures import Found, Score, score
from nightclerk.evaluate.report import Evaluation, file, judge

__all__ = ["Evaluation", "Found", "Gold", "Label", "Score", "file", "judge", "plain_name", "read_gold", "score"]
