"""`make bench-connect`: how long looking for a server takes where none is, or a silent listener.

python tests/bench/connect.py [--rounds 5] [--json FILE]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
import time
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent.parent / "python")]

from fake_editor import NoEmbedded  # noqa: E402 - the path is set above
from local_llm.backends.addresses import usual_addresses  # noqa: E402
from local_llm.errors import LocalLlmError  # noqa: E402
from local_llm.features.connect import Connector  # noqa: E402
from local_llm.settings import Settings  # noqa: E402

BARS = {"all closed": 300.0, "one silent": 1200.0}


def main() -> int:
    """Measure both cases, print and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path, default=HERE / "connect.json")
    given = parser.parse_args()
    rows = []
    for name, listeners in (("all closed", 0), ("one silent", 1)):
        with ExitStack() as open_ports:
            for address in usual_addresses({})[1 : 1 + listeners]:
                port = int(address.url.rpartition(":")[2])
                open_ports.enter_context(socket.create_server(("127.0.0.1", port)))
            times = [asyncio.run(_search()) for _ in range(given.rounds)]
        rows.append({"case": name, "worst_ms": max(times), "bar_ms": BARS[name]})
        print(f"{name:12} worst of {given.rounds}: {max(times):7.0f} ms (bar {BARS[name]:.0f})")
    given.json.write_text(json.dumps(rows, indent=1) + "\n", "utf-8")
    return 0


async def _search() -> float:
    connector = Connector({}, NoEmbedded())
    begun = time.monotonic()
    try:
        await connector.connect(Settings())
    except LocalLlmError:
        return (time.monotonic() - begun) * 1000
    finally:
        await connector.aclose()
    raise SystemExit("a model server is running here: stop it for this benchmark")


if __name__ == "__main__":
    sys.exit(main())
