"""Words in a document that tell whoever reads it what to answer. They are data; found without a model, in any language of `SPEECHES`."""

from nightclerk.findings.instructions.detect import Planted, planted_beside, planted_in
from nightclerk.findings.instructions.distrust import CATEGORY, distrusted, planted_findings

__all__ = ["CATEGORY", "Planted", "distrusted", "planted_beside", "planted_findings", "planted_in"]
