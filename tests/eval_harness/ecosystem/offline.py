"""`offline.py MODULE ARGUMENT...` runs a module in a process that cannot reach beyond this machine.

Each attempt is named on stderr, also where the program carries on without what it asked for.
"""

from __future__ import annotations

import runpy
import socket
import sys
from typing import Any, NoReturn

REFUSED = "REFUSED TO REACH"


def refuse(where: object) -> NoReturn:
    print(f"{REFUSED} {where}", file=sys.stderr, flush=True)
    raise OSError(f"this test has no network: {where}")


class Socket(socket.socket):
    def connect(self, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):
            refuse(address)
        super().connect(address)


def getaddrinfo(host: Any, *others: Any, **named: Any) -> Any:
    return known(host, *others, **named) if host in (None, "localhost", "127.0.0.1", "::1") else refuse(host)


if __name__ == "__main__":
    known = socket.getaddrinfo
    socket.socket, socket.getaddrinfo = Socket, getaddrinfo  # type: ignore[misc,assignment]
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
