"""What a run came to, for a terminal, for a program and for Prefect's pages."""

from nightclerk.report.live import Live
from nightclerk.report.markdown import markdown
from nightclerk.report.plain import one_line, usd
from nightclerk.report.summary import RunReport
from nightclerk.report.terminal import text

__all__ = ["Live", "RunReport", "markdown", "one_line", "text", "usd"]
