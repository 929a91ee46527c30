"""A terminal of a given size in tmux, with an interactive shell in it: what
stands on the screen after resizing, stopping and interrupting a program."""

import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest

import project as projects

SECONDS = 60
PROMPT = "ready>"


class Screen:
    """The shell's folder and environment are those of a project's runs."""

    def __init__(self, project, columns=80, rows=24, env=None):
        if not shutil.which("tmux"):
            pytest.skip("tmux is not installed")
        self._socket = str(project.home / "tmux")
        folder = projects.binary().parent
        shell = ["env", "-i", *[f"{name}={value}" for name, value in
                                {**project.env, "PS1": PROMPT + " ",
                                 "PATH": f"{folder}:{project.env['PATH']}",
                                 **(env or {})}.items()],
                 "bash", "--norc", "--noprofile", "-i"]
        # The server wants a terminal's name and a UTF-8 locale of its own.
        subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", self._socket, "new-session",
             "-d", "-x", str(columns), "-y", str(rows), "-c", project.path,
             *shell],
            env={"PATH": os.environ["PATH"], "TERM": "xterm-256color",
                 "LANG": "C.UTF-8"}, check=True)
        self._tmux("set-option", "-g", "status", "off")
        self.resize(columns, rows)
        self.wait(f"^{PROMPT}$")
        # Not tmux's own entry, which a system may lack.
        self.type("export TERM=xterm-256color; clear")
        self.wait(f"^{PROMPT}$")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """As when the window is closed: SIGHUP to what runs in it."""
        subprocess.run(["tmux", "-S", self._socket, "kill-server"],
                       check=False, capture_output=True)
        pathlib.Path(self._socket).unlink(missing_ok=True)

    def _tmux(self, *args):
        return subprocess.run(
            ["tmux", "-S", self._socket, *args], check=True,
            capture_output=True, encoding="utf-8").stdout

    def resize(self, columns, rows=24):
        self._tmux("resize-window", "-x", str(columns), "-y", str(rows))

    def type(self, line):
        """A line, with its end."""
        self._tmux("send-keys", "-l", line)
        self.key("Enter")

    def key(self, name):
        """As tmux names it: C-c, C-z, q."""
        self._tmux("send-keys", name)

    def lines(self):
        """All there is, with what went out at the top, without the blank
        lines below."""
        text = self._tmux("capture-pane", "-p", "-S", "-")
        return [line.rstrip() for line in text.rstrip("\n").split("\n")]

    def wait(self, pattern):
        """Until the regular expression is found; the lines then."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            lines = self._tmux("capture-pane", "-p", "-S", "-").rstrip("\n")
            if re.search(pattern, lines, re.MULTILINE):
                return self.lines()
            time.sleep(0.05)
        raise AssertionError(f"never came: {pattern}\n" +
                             "\n".join(self.lines()))

    def finish(self):
        """Until the shell asks again; the lines before that then."""
        return self.wait(f"\\n{PROMPT}$")[:-1]
