"""A PostgreSQL backend that carries the acting scope into each transaction (D-4)."""
