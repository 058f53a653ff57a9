from __future__ import annotations

import io
import os
from threading import Thread

from sahayok_tui.engine_process.wire import Wire


def test_messages_of_any_length_and_content_arrive_whole_and_in_order() -> None:
    read_end, write_end = os.pipe()
    frames = [{"text": "এক\nদুই\r\n\x00\ud800"}, {"text": "ক" * 1_000_000}, {}]
    with os.fdopen(read_end, "rb") as source, os.fdopen(write_end, "wb") as sink:
        wire = Wire(source, sink)
        sender = Thread(target=lambda: [wire.send(frame) for frame in frames])
        sender.start()
        assert [wire.receive() for _ in frames] == frames
        sender.join()


def test_the_end_and_a_cut_message_are_the_end() -> None:
    assert Wire(io.BytesIO(b""), io.BytesIO()).receive() is None
    assert Wire(io.BytesIO(b'{"piece": "a'), io.BytesIO()).receive() is None
