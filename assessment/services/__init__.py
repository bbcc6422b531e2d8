"""The only writers of the assessment: cycles, computation, self-assessment, review, export."""
