"""Proof by breaking: real processes are killed, stopped and cut off while journals are kept; see `make chaos`."""
