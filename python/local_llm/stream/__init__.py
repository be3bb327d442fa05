"""Event streams: bytes to lines, lines to events, reasoning apart from the answer. Does no I/O."""
