"""`sahayok-chat`: talk in Bengali, in a window of the terminal."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn, TextIO

from sahayok.bengali import nfc
from sahayok.engines.engine import EngineError
from sahayok.settings import Settings, SettingsError, load_settings
from sahayok_tui.engine_process import ModelChoice
from sahayok_tui.strings import LANGUAGES

_BAD_INPUT = 2
_INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(_BAD_INPUT, f"{self.prog}: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the chat. Returns the exit code: 0, 1 when the model fails, 2 for options or settings that cannot be."""
    options = _parser().parse_args(argv)
    try:
        settings = load_settings()
        choice = _choice(options, settings)
        if options.say is not None:
            return _say(options, choice)
        return _chat(options, settings, choice)
    except (_BadInput, SettingsError) as error:
        return _complain(error, _BAD_INPUT)
    except EngineError as error:
        return _complain(error, 1)
    except KeyboardInterrupt:
        return _INTERRUPTED


class _BadInput(Exception):
    """An option that cannot be, in one line."""


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="sahayok-chat",
        description="Talk in Bengali with a listener that runs on this computer alone.",
        epilog="What is not given here comes from the settings file, where it is set.",
    )
    parser.add_argument("--model", metavar="NAME|PATH|hub:OWNER/REPO/FILE.gguf", help="default: the one built in")
    parser.add_argument("--engine", choices=("gguf", "huggingface"), help="default: chosen by the model's form")
    parser.add_argument("--adapter", metavar="PATH", help="a LoRA adapter that fits the model")
    parser.add_argument(
        "--quantization", choices=("none", "nf4"), default="none", help="nf4: hold a Hugging Face folder in 4 bits"
    )
    parser.add_argument("--threads", metavar="N", type=_positive, help="default: chosen by the program")
    parser.add_argument(
        "--own-words", action="store_true", help="let the built-in model say all of a reply itself; it errs more"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="bn", help="of the window's own texts (default: bn)")
    parser.add_argument("--say", metavar="TEXT", help="print one reply to TEXT instead of opening the window")
    parser.add_argument("--seed", metavar="N", type=int, help="with --say: the same number gives the same reply")
    return parser


def _positive(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _choice(options: argparse.Namespace, settings: Settings) -> ModelChoice:
    """What the options say, else the settings.

    Only what was typed just now is checked here. A model of the settings that is missing is told in the window, where
    the people one can call are a key away.
    """
    if options.model is not None and not options.model.startswith("hub:"):
        from sahayok.models import find_model

        try:
            find_model(options.model)
        except EngineError as error:
            raise _BadInput(error) from None
    if options.adapter is not None and not Path(options.adapter).expanduser().exists():
        raise _BadInput(f"no adapter at {options.adapter}")
    if options.seed is not None and options.say is None:
        raise _BadInput("--seed is for --say")
    adapter = options.adapter or settings.adapter
    return ModelChoice(
        model=options.model or settings.model,
        engine=options.engine,
        adapter=str(Path(adapter).expanduser()) if adapter else None,
        threads=options.threads or settings.threads,
        quantization=options.quantization,
        own_words=options.own_words,
    )


def _say(options: argparse.Namespace, choice: ModelChoice) -> int:
    from sahayok_tui.say import say

    # Bytes of an argument that are no UTF-8 arrive as lone surrogates, which no model and no terminal can take.
    text = nfc(os.fsencode(options.say).decode("utf-8", errors="replace")).strip()
    if not text:
        raise _BadInput("--say needs a text")
    _write_utf8(sys.stdout)
    try:
        say(text, choice, options.seed)
    except BrokenPipeError:
        # Whoever read along has left; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _chat(options: argparse.Namespace, settings: Settings, choice: ModelChoice) -> int:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise _BadInput("the window needs a terminal; --say TEXT does not")
    from sahayok_tui import terminal
    from sahayok_tui.app import SahayokApp

    _write_utf8(sys.__stderr__)  # where Textual draws
    terminal.adapt()
    app = SahayokApp(choice, country=settings.country, language=options.language)
    app.run()
    return app.return_code or 0


def _write_utf8(stream: TextIO | None) -> None:
    """Bengali exists in no other encoding that a locale may name."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding="utf-8")


def _complain(error: Exception, code: int) -> int:
    print("sahayok-chat: " + " ".join(str(error).split()), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
