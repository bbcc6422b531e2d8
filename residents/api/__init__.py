"""The population register for other systems: masked reads, and writes through the services."""
