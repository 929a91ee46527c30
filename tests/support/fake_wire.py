"""The sockets of the scripted server: HTTP/1.1 with keep-alive, a thread a
connection, and an endpoint that can die and come back under its address."""

import socket
import struct
import sys
import threading
import time
import traceback

STALL_SECONDS = 30
SLOW_PIECES = 16
SLOW_SECONDS = 0.002  # between two of them
BACKLOG = 128


class Wire:
    """Serves answer(headers, raw) -> fake_faults.Answer, or None: hang up."""

    def __init__(self, fake):
        self.fake = fake
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self.connections = set()
        # Bound for as long as we live and never listening: it keeps the port.
        self._place = _bound(0)
        self.port = self._place.getsockname()[1]
        self._listening = None
        self._back = None
        self._deaths = 0

    def open(self, death=None):
        """death: of which one this is the end; a late end counts no more."""
        listening = _bound(self.port)
        listening.listen(BACKLOG)
        with self.lock:
            if (self.closing.is_set() or self._listening
                    or death not in (None, self._deaths)):
                listening.close()
                return
            self._listening = listening
        threading.Thread(target=self._accept, args=(listening,),
                         daemon=True).start()

    def die(self, seconds):
        """Refuses whoever comes, for that long; ends all connections."""
        with self.lock:
            if not self._listening:
                return
            self._stop()
            self._deaths += 1
            self._back = threading.Timer(seconds, self.open, [self._deaths])
            self._back.daemon = True
            self._back.start()

    def revive(self):
        """Ends that before its time."""
        with self.lock:
            timer, self._back = self._back, None
        if timer:
            timer.cancel()
            self.open()

    def close(self):
        self.closing.set()
        with self.lock:
            self._stop()
            if self._back:
                self._back.cancel()
        self._place.close()

    def _stop(self):
        if self._listening:
            shut(self._listening)
            self._listening.close()
            self._listening = None
        for connection in list(self.connections):
            shut(connection)

    def _accept(self, listening):
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(connection,),
                             daemon=True).start()

    def _serve(self, connection):
        with self.lock:
            self.connections.add(connection)
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection.makefile("rb") as incoming:
                while self._serve_one(connection, incoming):
                    pass
        except OSError:
            pass  # a client that hangs up is no news
        except Exception as error:  # pylint: disable=broad-except
            self.fake.violations.append(f"the server failed: {error!r}")
            traceback.print_exc(file=sys.stderr)
        finally:
            with self.lock:
                self.connections.discard(connection)
            shut(connection)
            connection.close()

    def _serve_one(self, connection, incoming):
        if not incoming.readline():
            return False
        headers = {}
        while (line := incoming.readline().strip()):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        if headers.get("expect", "").lower() == "100-continue":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = int(headers.get("content-length", 0))
        raw = incoming.read(length)
        if len(raw) < length:
            return False
        answer = self.fake.answer(headers, raw)
        return answer is not None and self._send(connection, answer)

    def _send(self, connection, answer):
        manner = answer.manner
        if manner == "die":
            self.die(answer.seconds)
        elif manner == "garbage":
            connection.sendall(b"\x15\x03\x01\x00\x02\x02\x46\n\n")
        elif manner == "reset":
            # No lingering: what follows close is a reset.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                  struct.pack("ii", 1, 0))
            raise ConnectionResetError
        elif manner == "stall":
            self.closing.wait(STALL_SECONDS)
        elif answer.status:
            return self._send_bytes(connection, answer)
        return False

    def _send_bytes(self, connection, answer):
        head = f"HTTP/1.1 {answer.status} X\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in answer.headers.items())
        told = head.encode() + b"\r\n" + answer.body[:answer.send]
        if answer.manner == "cut_head":
            connection.sendall(told[:len(head) // 2])
            return False
        if answer.manner == "stall_middle":
            connection.sendall(told[:-1 - len(answer.body) // 2])
            self.closing.wait(STALL_SECONDS)
            return False
        pieces = SLOW_PIECES if answer.manner == "slow" else 1
        size = -(-len(told) // pieces)
        for at in range(0, len(told), size):
            connection.sendall(told[at:at + size])
            if pieces > 1:
                time.sleep(SLOW_SECONDS)
        return answer.send in (None, len(answer.body))


def _bound(port):
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    made.bind(("127.0.0.1", port))
    return made


def shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was first
