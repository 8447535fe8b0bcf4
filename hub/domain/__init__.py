"""The pure rules of the hub: what documents, codes, states and days mean; no network, no database, no framework."""
