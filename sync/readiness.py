"""Tell the service manager that started this program that it is at work: systemd's protocol of one datagram."""

from __future__ import annotations

import contextlib
import os
import socket
import sys

SOCKET_VARIABLE = "NOTIFY_SOCKET"


def tell_ready() -> None:
    """Tell whoever waits for it, if anybody does; a service manager that does not listen stops nobody."""
    address = os.environ.get(SOCKET_VARIABLE)
    if sys.platform == "win32" or not address:
        return
    if address.startswith("@"):  # a name that lies in no folder
        address = f"\0{address[1:]}"
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.sendto(b"READY=1", address)
