"""Template tags of engagements."""
