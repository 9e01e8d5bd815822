"""Cutting a document into chunks: on clause borders, without a gap and without overlap."""

from nightclerk.chunk.cut import CHUNKING, cut, halves
from nightclerk.chunk.seams import seams

__all__ = ["CHUNKING", "cut", "halves", "seams"]
