"""The chat, and the cards that open above it."""
