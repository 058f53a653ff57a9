"""Every text that the chat itself shows, one data file a language."""

from sahayok_tui.strings.loading import LANGUAGES, Language, Strings, load_strings

__all__ = ["LANGUAGES", "Language", "Strings", "load_strings"]
