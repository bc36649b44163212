"""Messages over a Unix socket: four or eight bytes of length, then a pickle.

Both ends are ours: a worker never outlives the process that trusts it.
"""

import pickle
import socket
import struct
from typing import Any

_LENGTH = struct.Struct("!Q")


def send(channel: socket.socket, message: object) -> None:
    """Send one message whole.

    Raises
    ------
    Exception
        Whatever pickling raises, before a byte is sent; OSError when the other end is gone.
    """
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    channel.sendall(_LENGTH.pack(len(body)) + body if len(body) < 65536 else _LENGTH.pack(len(body)))
    if len(body) >= 65536:
        channel.sendall(body)


def receive(channel: socket.socket) -> Any:  # Any: what the other end sent
    """Return the next message.

    Raises
    ------
    EOFError
        The other end is gone, between messages or in one.
    """
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size))
    return pickle.loads(_exactly(channel, length))


def _exactly(channel: socket.socket, count: int) -> bytes:
    data = bytearray(count)
    view = memoryview(data)
    done = 0
    while done < count:
        try:
            got = channel.recv_into(view[done:])
        except ConnectionError as fault:
            raise EOFError("the other end is gone") from fault
        if not got:
            raise EOFError("the other end is gone")
        done += got
    return bytes(data)
