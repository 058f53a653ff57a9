"""The counsellor: what it says, how it is kept safe, which engine speaks. No screen and no training."""
