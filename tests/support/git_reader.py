"""A Git repository as Python reads it: through one `git cat-file --batch`,
with trees and commits taken apart here. Slow and plain on purpose."""

import dataclasses
import functools
import subprocess


@dataclasses.dataclass(frozen=True)
class Commit:
    id: str
    tree: str
    parents: tuple
    time: int
    message: str

    @property
    def subject(self):
        return self.message.split("\n", 1)[0]


class Repository:
    def __init__(self, project):
        self.project = project
        self._cat = subprocess.Popen(
            ["git", "cat-file", "--batch"], cwd=project.path,
            env=project.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.object = functools.cache(self._object)
        self.commit = functools.cache(self._commit)
        self.files = functools.cache(self._files)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._cat.stdin.close()
        self._cat.stdout.close()
        self._cat.wait()

    def _object(self, name):
        """The bytes of an object by its id."""
        self._cat.stdin.write(name.encode() + b"\n")
        self._cat.stdin.flush()
        _, _, size = self._cat.stdout.readline().split()
        return self._cat.stdout.read(int(size) + 1)[:-1]

    def _commit(self, name):
        head, _, message = self.object(name).decode().partition("\n\n")
        members = [line.split(" ", 1) for line in head.split("\n")]
        committer = dict(members)["committer"]
        return Commit(name, dict(members)["tree"],
                      tuple(value for key, value in members
                            if key == "parent"),
                      int(committer.split()[-2]), message)

    def entries(self, tree):
        """[(name, is a tree, id)]"""
        data, found = self.object(tree), []
        while data:
            head, data = data.split(b"\0", 1)
            mode, name = head.split(b" ", 1)
            found.append((name.decode(), mode == b"40000", data[:20].hex()))
            data = data[20:]
        return found

    def _files(self, tree):
        """{path: blob id} of all below a tree."""
        found = {}
        for name, is_tree, object_id in self.entries(tree):
            if is_tree:
                found.update((f"{name}/{path}", blob) for path, blob
                             in self.files(object_id).items())
            else:
                found[name] = object_id
        return found

    def lines(self, *args):
        text = self.project.git(*args)
        return text.split("\n") if text else []

    def commits(self):
        """Those of the local branches, newest first; behind them those that
        tags alone reach."""
        of_branches = self.lines("rev-list", "--branches")
        of_tags = self.lines("rev-list", "--tags", "--not", "--branches")
        return [self.commit(name) for name in of_branches + of_tags]

    def tags(self):
        """{commit: {name}}"""
        found = {}
        for line in self.lines("for-each-ref", "--format=%(refname:strip=2) "
                               "%(objectname) %(*objectname)", "refs/tags"):
            name, *ids = line.split()
            found.setdefault(ids[-1], set()).add(name)
        return found
