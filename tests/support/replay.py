"""The replay server as a `with` block: a table of any size, and a sink that
knows what should arrive. See replay_server.c."""

import json
import subprocess
import urllib.request

import project


class Replay:
    def __init__(self, items, table="replay", size=700):
        """size: of an item, about, in bytes."""
        self.items = items
        self.size = size
        self.table = table
        self.endpoint = None
        self._process = None

    def __enter__(self):
        self._process = subprocess.Popen(
            [project.tool("replay_server"), "--items", str(self.items),
             "--size", str(self.size), "--table", self.table],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.endpoint = self._process.stdout.readline().strip()
        assert self.endpoint, "the replay server does not start"
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def counts(self):
        """pages, puts, distinct, foreign, batches, oversized; see GET /."""
        return self._get("/")

    def change(self, count):
        """Gives that many scattered items another text, the same ones each
        time."""
        self._get(f"/change/{count}")

    def _get(self, path):
        with urllib.request.urlopen(self.endpoint + path) as answer:
            return json.load(answer)


def write_dump(path, items):
    """The items as `aws dynamodb scan` prints them: a foreign dump."""
    with open(path, "wb") as out:
        subprocess.run([project.tool("replay_server"), "--items", str(items),
                        "--dump"], stdout=out, check=True)
