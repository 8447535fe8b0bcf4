"""What the hub keeps, on SQLite or PostgreSQL by the same code; one module per subject."""
