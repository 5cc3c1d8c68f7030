"""Pages of migration events."""
