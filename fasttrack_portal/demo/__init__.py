"""The demo: some customers, partners and people, and what they did, written through the same operations as by people."""
