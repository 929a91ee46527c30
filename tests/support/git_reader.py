"""A Git repository as Python reads it: through one `git cat-file --batch`,
with trees and commits taken apart here. Slow and plain on purpose."""

import dataclasses
import functools
import subprocess

TREE = b"40000"
REGULAR = (b"100644", b"100755")


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


class Absent(Exception):
    """No such file."""


class Unreadable(Exception):
    """A link, a folder or a submodule; or its object is lost."""


class Folder:
    """The files of a folder of a tree."""

    def __init__(self, repository, tree, path):
        self.repository = repository
        self.entries = {
            name.removeprefix(path + "/"): entry for name, entry
            in repository.listing(tree).items() if name.startswith(path + "/")}

    def read(self, path):
        if path in self.entries:
            mode, blob = self.entries[path]
            data = self.repository.object(blob) if mode in REGULAR else None
            if data is None:
                raise Unreadable(path)
            return data
        if self.below(path):
            raise Unreadable(path)
        raise Absent(path)

    def below(self, path):
        """The regular files there."""
        return [name for name, (mode, _) in self.entries.items()
                if name.startswith(path + "/") and mode in REGULAR]

    def id(self, path):
        """Equal of two paths only if the same stands there."""
        return tuple((name.removeprefix(path), entry)
                     for name, entry in sorted(self.entries.items())
                     if name == path or name.startswith(path + "/"))


class Repository:
    def __init__(self, project):
        self.project = project
        self._cat = subprocess.Popen(
            ["git", "cat-file", "--batch"], cwd=project.path,
            env=project.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.object = functools.cache(self._object)
        self.commit = functools.cache(self._commit)
        self.listing = functools.cache(self._listing)
        self.files = functools.cache(self._files)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._cat.stdin.close()
        self._cat.stdout.close()
        self._cat.wait()

    def _object(self, name):
        """The bytes of an object by its id; None: it is lost."""
        self._cat.stdin.write(name.encode() + b"\n")
        self._cat.stdin.flush()
        _, kind, *size = self._cat.stdout.readline().split()
        if kind == b"missing":
            return None
        return self._cat.stdout.read(int(size[0]) + 1)[:-1]

    def _commit(self, name):
        head, _, message = self.object(name).decode().partition("\n\n")
        members = [line.split(" ", 1) for line in head.split("\n")]
        committer = dict(members)["committer"]
        return Commit(name, dict(members)["tree"],
                      tuple(value for key, value in members
                            if key == "parent"),
                      int(committer.split()[-2]), message)

    def entries(self, tree):
        """[(name, mode, id)]"""
        data, found = self.object(tree), []
        while data:
            head, data = data.split(b"\0", 1)
            mode, name = head.split(b" ", 1)
            found.append((name.decode(), mode, data[:20].hex()))
            data = data[20:]
        return found

    def _listing(self, tree):
        """{path: (mode, id)} of all below a tree that is no tree."""
        found = {}
        for name, mode, object_id in self.entries(tree):
            if mode == TREE:
                found.update((f"{name}/{path}", entry) for path, entry
                             in self.listing(object_id).items())
            else:
                found[name] = (mode, object_id)
        return found

    def _files(self, tree):
        """{path: blob id} of the regular files below a tree."""
        return {path: blob for path, (mode, blob) in self.listing(tree).items()
                if mode in REGULAR}

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
