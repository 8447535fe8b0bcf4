"""The plugin manager, its load-time checks, and the catalogue of connectors."""
