import importlib.metadata
import platform

from sahayok.versions import versions_of


def test_what_is_not_installed_is_left_out() -> None:
    assert versions_of(["textual", "no-such-package"]) == {
        "python": platform.python_version(),
        "textual": importlib.metadata.version("textual"),
    }
