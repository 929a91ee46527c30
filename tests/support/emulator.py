"""DynamoDB Local and moto as servers for tests and the quick start.

Each runs on a free port, or on one that the caller names, and is stopped by
its process id. As a command it starts DynamoDB Local in the background:

    python tests/support/emulator.py start [--port N] --pid-file F
    python tests/support/emulator.py stop --pid-file F

start prints the endpoint's URL.
"""

import argparse
import ctypes
import http.client
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
DYNAMODB_LOCAL = PROJECT / ".deps" / "dynamodb-local" / "lib"
MAIN_CLASS = "software.amazon.dynamodb.services.local.main.ServerRunner"
SECONDS_TO_START = 60


class EmulatorError(Exception):
    pass


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def port_is_taken(port):
    """Does somebody listen on this port of the loopback address?"""
    with socket.socket() as client:
        client.settimeout(1)
        return client.connect_ex(("127.0.0.1", port)) == 0


def dynamodb_local_command(port):
    if not DYNAMODB_LOCAL.is_dir():
        raise EmulatorError(
            "DynamoDB Local is not installed: run ./scripts/bootstrap.sh")
    return [
        "java",
        # Its heap would grow to a quarter of the machine.
        "-Xmx256m",
        f"-Djava.library.path={DYNAMODB_LOCAL}",
        "-cp", f"{DYNAMODB_LOCAL}/*", MAIN_CLASS,
        "-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port),
    ]


def moto_command(port):
    return [sys.executable, "-m", "moto.server", "-H", "127.0.0.1",
            "-p", str(port)]


def _die_with_parent():
    """A killed test run leaves no server behind (Linux)."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _answers(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/", b"{}")
        connection.getresponse().read()
        return True
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _launch(command, port, log, detached):
    """Starts the server and waits for its first answer."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        start_new_session=detached,
        preexec_fn=None if detached else _die_with_parent)
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmulatorError(
                f"{command[0]} ended with status {process.returncode}")
        if _answers(port):
            return process
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise EmulatorError(f"{command[0]} did not answer on port {port}")


class Emulator:
    """A server that runs while its `with` block does."""

    def __init__(self, command, port=0, log=subprocess.DEVNULL):
        self.command = command
        self.port = port or free_port()
        self.log = log
        self.process = None

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        if port_is_taken(self.port):
            raise EmulatorError(f"port {self.port} is taken")
        self.process = _launch(self.command(self.port), self.port, self.log,
                               detached=False)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def dynamodb_local(port=0):
    return Emulator(dynamodb_local_command, port)


def moto(port=0):
    return Emulator(moto_command, port)


def _command_line(pid):
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return b" ".join(words).decode(errors="replace")
    except FileNotFoundError:
        shown = subprocess.run(["ps", "-o", "command=", "-p", str(pid)],
                               capture_output=True, text=True, check=False)
        return shown.stdout


def start(port, pid_file):
    port = port or free_port()
    if port_is_taken(port):
        raise EmulatorError(f"port {port} is taken")
    process = _launch(dynamodb_local_command(port), port, subprocess.DEVNULL,
                      detached=True)
    pid_file.write_text(f"{process.pid}\n")
    print(f"http://127.0.0.1:{port}")


def stop(pid_file):
    """Ends the process of pid_file, if that still is our emulator."""
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text())
    pid_file.unlink()
    if MAIN_CLASS not in _command_line(pid):
        return
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 10
    while MAIN_CLASS in _command_line(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            return
        time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("start")
    verb.add_argument("--port", type=int, default=0, help="0: a free one")
    verb.add_argument("--pid-file", type=pathlib.Path, required=True)
    verb = verbs.add_parser("stop")
    verb.add_argument("--pid-file", type=pathlib.Path, required=True)
    args = parser.parse_args()
    try:
        if args.verb == "start":
            start(args.port, args.pid_file)
        else:
            stop(args.pid_file)
    except EmulatorError as error:
        sys.exit(f"emulator: {error}")


if __name__ == "__main__":
    main()
