"""The forms of engagements and meetings."""
