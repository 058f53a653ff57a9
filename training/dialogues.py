"""Dialogues for fine-tuning: this project's JSONL, and the Kaggle CSV under its real schema and name."""


class DialogueError(Exception):
    """A dialogue corpus that cannot be used. Its text is one line that names the file and what is wrong."""
