"""Faults of models and of record files that make an evaluation's numbers wrong and that no number shows."""
