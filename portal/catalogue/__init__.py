"""The data catalogue: which records the portal keeps, field by field, as the code declares them."""
