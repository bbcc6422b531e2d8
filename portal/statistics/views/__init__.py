"""Pages of the statistics query, and dashboards as files."""
