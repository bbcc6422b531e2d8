"""Quality rules of the population register (domain §3.33).

Paper: S-38.
"""

from residents.quality import beyond, episodes, missing

QUALITY_RULES = [*episodes.RULES, *missing.RULES, *beyond.RULES]
