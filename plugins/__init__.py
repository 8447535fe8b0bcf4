"""Connectors to partners, one package each; every one can be removed by deleting its folder."""
