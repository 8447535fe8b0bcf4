"""Measurements: figures as ratios of one run. `python -m bench [put|batch|deliver|latency|memory|start] …`."""
