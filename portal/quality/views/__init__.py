"""Pages of data quality: rules and issues, one issue and its steps, several at once."""
