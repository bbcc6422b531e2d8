"""Pages of the organisation: units, posts and accounts; the accounts of other systems."""
