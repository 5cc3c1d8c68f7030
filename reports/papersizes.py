"""Which paper a customer has in its printers."""

# Where Letter is what offices print on.
_LETTER = frozenset(("BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"))


def paper_of(country: str) -> str:
    """letter or a4, by the two letters of a country."""
    return "letter" if country.upper() in _LETTER else "a4"
