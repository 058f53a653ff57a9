import pytest

from sahayok.engines.prefix import shared_prefix


@pytest.mark.parametrize(
    ("cached", "prompt", "shared"),
    [
        ([], [1, 2], 0),
        ([1, 2, 3], [1, 2, 4, 5], 2),
        ([1, 2, 3], [1, 2, 3, 4], 3),
        ([1, 2, 3], [1, 2, 3], 2),
        ([1, 2, 3, 4], [1, 2], 1),
        ([9], [1, 2], 0),
    ],
)
def test_the_last_token_is_never_shared(cached: list[int], prompt: list[int], shared: int) -> None:
    assert shared_prefix(cached, prompt) == shared
