"""Pages of the assessment: the matrix with its stages, one indicator, the report."""

from assessment.views.equity import equity
from assessment.views.matrix import advance, compute, matrix, open_cycle, progress, report, submit
from assessment.views.scores import check_evidence, claim, evidence, indicator, review

__all__ = [
    "advance",
    "check_evidence",
    "claim",
    "compute",
    "equity",
    "evidence",
    "indicator",
    "matrix",
    "open_cycle",
    "progress",
    "report",
    "review",
    "submit",
]
