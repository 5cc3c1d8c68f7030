"""Pages of engagements and meetings."""
