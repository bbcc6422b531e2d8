"""What the areas bring to the frame, by module. Areas register here, so that grep finds it."""

RULE_MODULES = ["portal.rules.defaults", "permits.defaults", "assessment.defaults"]
METRIC_MODULES = [
    "residents.metrics",
    "residents.sampled",
    "residents.promptness",
    "residents.comparing.metrics",
    "housing.metrics",
    "permits.metrics",
    "staffing.metrics",
    "assessment.metrics",
    "portal.usage.metrics",
    "portal.metrics.issues",
]
#: What else a closed month keeps beside its numbers.
CLOSE_MODULES = ["portal.statistics.services", "housing.closing"]
QUALITY_MODULES = ["residents.quality", "housing.quality", "permits.quality", "staffing.quality"]
EXCHANGE_MODULES = ["housing.exchange", "residents.exchange", "portal.usage.exchange"]
# Lists that may leave as files.
EXPORT_MODULES = [
    "residents.exports",
    "residents.ledger_exports",
    "residents.request_exports",
    "residents.task_exports",
    "residents.comparing.exports",
    "housing.exports",
    "housing.course_exports",
    "housing.estate_lists",
    "housing.code_lists",
    "assessment.plan_exports",
    "portal.desk.exports",
    "portal.usage.lists",
]
# What the areas say of the records that they keep (`RECORDS`).
CATALOGUE_MODULES = [
    "residents.catalogue", "housing.catalogue", "permits.catalogue", "staffing.catalogue",
    "assessment.catalogue", "portal.desk.catalogue.records",
]  # fmt: skip
# what may be held against a partner's list, from the areas (`COMPARISONS`)
COMPARISON_MODULES = ["residents.comparing"]
# Areas that keep copies of a dwelling's facts; housing calls them when a dwelling changes.
DWELLING_FOLLOWERS = ["residents.services"]
# Which buildings are somebody's own patch; the phone's list of today asks.
OWN_BUILDINGS = "staffing.patches.own_buildings"
MOVED_BETWEEN_STREETS = "residents.promptness.moved_between_streets"
JOB_HANDLER_MODULES = [
    "portal.exchange.jobs",
    "portal.exchange.exports.jobs",
    "portal.exchange.comparisons.jobs",
    "portal.metrics.jobs",
    "assessment.jobs",
]
