"""Engines: they know tokens and nothing of counselling."""
