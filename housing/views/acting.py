"""Records of housing with a course: acts of whoever runs campaigns, where none else is named."""

from dataclasses import dataclass

from portal.jobs import courses
from portal.orgs.capabilities import Capability


@dataclass(frozen=True)
class Act(courses.Act):
    capability: Capability = Capability.RUN_CAMPAIGNS


@dataclass(frozen=True)
class Course(courses.Course):
    template: str = "housing/record.html"
