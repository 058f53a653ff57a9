"""The terminal chat, `sahayok-chat`."""
