"""The demo: customers, partners, people and what they did, written through the operations that people use."""
