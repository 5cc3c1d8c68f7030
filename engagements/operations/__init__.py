"""Every write to engagements and meetings."""
