"""Which lists a person can keep views of."""

# The names of the addresses of lists, each with the rule that opens it; none where everybody has one.
LISTS: dict[str, str] = {}
