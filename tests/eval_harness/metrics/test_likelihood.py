from __future__ import annotations

import math

import pytest

from eval_harness.errors import MetricError
from eval_harness.metrics.likelihood import BitsPerByte, TokenPerplexity
from tests.eval_harness.made import a_record


def test_by_hand() -> None:
    # 10 and 20 nats over 3 and 6 bytes (one and two Bengali letters), 2 and 4 tokens.
    records = [
        a_record(reference="ক", nats=10, tokens=2, id="a#1"),
        a_record(reference="কখ", nats=20, tokens=4, id="b#1"),
    ]
    assert BitsPerByte().compute(records).value == pytest.approx(30 / (math.log(2) * 9))
    assert TokenPerplexity("t").compute(records).value == pytest.approx(math.exp(30 / 6))


def test_long_replies_weigh_more() -> None:
    records = [a_record(reference="ক", nats=3, id="a#1"), a_record(reference="ক" * 99, nats=0, id="b#1")]
    score = BitsPerByte().compute(records)
    assert score.value == pytest.approx(3 / (math.log(2) * 300))
    assert score.n == 2
    assert score.low is not None and score.high is not None
    assert score.low <= score.value <= score.high


def test_the_tokenizer_is_in_the_signature() -> None:
    assert "tok:mine" in TokenPerplexity("mine").signature
    assert TokenPerplexity("mine").compute([a_record()]).low is None


def test_a_perplexity_beyond_numbers_raises() -> None:
    with pytest.raises(MetricError, match="too large"):
        TokenPerplexity("t").compute([a_record(nats=1e6, tokens=1)])
