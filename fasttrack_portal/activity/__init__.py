"""What happened: events, their timeline, and the reactions that follow them."""
