"""What the API of every area stands on: callers, problems, pages, conditions, repeated requests."""
