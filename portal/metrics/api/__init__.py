"""Stored numbers with their receipts, for other systems."""
