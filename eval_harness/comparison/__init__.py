"""The parts of a comparison of two record sets: what stands against what, and what may be said of it."""
