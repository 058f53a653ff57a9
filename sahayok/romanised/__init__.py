"""Romanised Bengali, as people type it in Latin letters, into Bengali script."""

from sahayok.romanised.text import is_romanised, to_bengali

__all__ = ["is_romanised", "to_bengali"]
