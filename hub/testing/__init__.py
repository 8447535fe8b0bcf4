"""Shipped for plugin authors and used by our own tests: databases, bad partners, the contract of a connector."""
