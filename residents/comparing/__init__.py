"""What of the registers can be held against a partner's list: people and dwellings.

Paper: S-115, S-116.
"""

from residents.comparing.homes import DwellingComparison
from residents.comparing.people import PeopleComparison

COMPARISONS = [PeopleComparison(), DwellingComparison()]
