"""Comparison with a partner's list: who and what is only here, only there, or told otherwise."""
