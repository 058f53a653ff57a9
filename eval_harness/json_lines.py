"""One line of JSON that someone else may have written, cut or edited."""

from __future__ import annotations

import json
from typing import Any


def parse(line: str) -> Any:
    """The value of a line. Raises ValueError, whose text is for the person, for what is no JSON, and for text that
    cannot be written down again: half of a character that JSON gives in two."""
    try:
        value = json.loads(line)
        if "\\u" in line:
            json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("it holds half a character (a lone surrogate)") from None
    except (ValueError, RecursionError):  # not only JSONDecodeError: a number may have too many digits for Python
        raise ValueError("it is not whole JSON (was the file cut or edited?)") from None
    return value
