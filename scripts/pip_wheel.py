"""Print the path of a pip wheel, for a Python that has neither pip nor ensurepip.

Debian leaves both out of python3; its own package of the wheel is unpacked, without root.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from private_apt import NotHere, unpack

HOME = Path(__file__).resolve().parent.parent / ".cache" / "pip-wheel"
SUITE = "trixie"


def main() -> int:
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.parent.mkdir(parents=True, exist_ok=True)
    try:
        unpack(SUITE, ["python3-pip-whl"], HOME)
    except NotHere as reason:
        print(f"venv: no pip from Debian: {reason}", file=sys.stderr)
        return 1
    print(next(HOME.glob("usr/share/python-wheels/pip-*.whl")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
