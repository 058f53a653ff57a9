"""The export step: merge the adapter, write GGUF, verify it against transformers."""
