"""Housing for other systems: buildings, dwellings, leases."""
