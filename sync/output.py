"""Standard output that goes on without a word when its reader has left, as ``houqin … | head`` does."""

from __future__ import annotations

import os
from typing import TextIO


class Unread:
    """A text stream whose words go nowhere once nobody reads it: the work is done, and its exit code counts."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text and return its length."""
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._give_up()
            return len(text)

    def flush(self) -> None:
        """Pass on what was written."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._give_up()

    def _give_up(self) -> None:
        """Let what is still kept for the reader, and all that follows, be read by nobody."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
