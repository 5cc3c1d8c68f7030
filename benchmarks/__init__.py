"""What the portal's work costs beside its floor and its naive form, as ratios within one run."""
