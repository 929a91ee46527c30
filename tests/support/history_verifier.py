"""What `ddbgit verify` has to say of a history, a second time: which backups
it looks at, and whether what their commits say is so. By ddbgit-verify(1) and
docs/json.md, and not from src/; snapshot_verifier.py looks at the files.

    said = Verifier(judge, version).everything()       verify --all
    said = Verifier(judge, version).revision(commit)   verify COMMIT
    [(commit, folder, snapshot_verifier.Said)]

A finding of the commit's message is that of the file None.
"""

import git_reader
import history_judge
import snapshot_verifier
from snapshot_verifier import DATA, METADATA

FACTS = {"Environment": "environment", "Table": "tableName",
         "Region": "awsRegion", "Dump-Date": "dumpDate"}
ENVIRONMENTS = "backups/dynamodb/"


class Verifier:
    def __init__(self, judge, version):
        self.judge = judge
        self.version = version
        self.known = None
        self.trailers = {}
        text = judge.project.git(
            "log", "--all", "--no-show-signature", "-z",
            "--format=%H%n%(trailers:only=true,unfold=true)")
        for record in text.split("\0"):
            name, *lines = record.strip("\n").split("\n")
            self.trailers[name] = {
                key.lower(): value.strip() for key, _, value in
                (line.partition(":") for line in lines if line)}

    def everything(self):
        self.known = set()
        return [self.look(commit, folder) for commit, folder in self.places()]

    def places(self):
        """The backups that have their data, then those that have lost it."""
        for marker in (DATA, METADATA):
            for commit, folder in self.judge.backups(marker):
                here = self.judge.folders(commit.tree)
                if folder in self.judge.folders(commit.tree, marker) and (
                        marker == DATA or folder not in here):
                    yield commit, folder

    def revision(self, commit):
        found = self.judge.snapshots(commit)
        return [self.look(self.judge.writer(commit, folder, marker), folder)
                for folder, marker in sorted(found.items(),
                                             key=lambda each: each[0].encode())]

    def look(self, commit, folder):
        files = git_reader.Folder(self.judge, commit.tree, folder)
        said = snapshot_verifier.inspect(files, self.version, self.known)
        label = folder.partition(ENVIRONMENTS)[2]
        environment = said.metadata.get("environment")
        if label and "/" not in label and environment not in (
                None, label.partition("@")[0]):
            said.problems.add(METADATA)
        self.check_message(commit, folder, said)
        return commit, folder, said

    # ---- what the commit says ------------------------------------------------

    def check_message(self, commit, folder, said):
        stated = {name.removeprefix("ddbgit-"): value for name, value
                  in self.trailers[commit.id].items()
                  if name in {f"ddbgit-{known.lower()}" for known in (
                      *FACTS, "Format", "Items", "Changes", "Data-SHA256",
                      "Path")}}
        if not stated:
            said.notes.add(None)
        elif stated.get("path", folder) != folder:
            other = stated["path"]
            wrote = (other in self.judge.folders(commit.tree) and
                     self.judge.writer(commit, other) == commit)
            (said.notes if wrote else said.problems).add(None)
        else:
            self.check_trailers(stated, commit, folder, said)

    def check_trailers(self, stated, commit, folder, said):
        metadata = said.metadata
        if not said.has_metadata and not said.problems and "path" in stated:
            said.problems.add(METADATA)
        facts = {name.lower(): metadata.get(member)
                 for name, member in FACTS.items()}
        facts["path"] = folder
        facts["format"] = metadata.get("formatVersion") or None
        facts["items"] = metadata.get("itemCount", said.items)
        facts["data-sha256"] = metadata.get("dataSha256", said.digest)
        if any(value is not None and stated.get(name) != str(value)
               for name, value in facts.items()):
            said.problems.add(None)
        changes = stated.get("changes")
        if changes is not None and not history_judge.CHANGES.fullmatch(
                changes):
            said.problems.add(None)
        elif self.known is None and not said.problems and said.has_metadata:
            counted = self.counted(commit, folder)
            if counted not in (None, changes):
                said.problems.add(None)

    def counted(self, commit, folder):
        """As the message should have it; None: it cannot be counted."""
        try:
            counted = self.judge.counted(commit, folder)
        except (ValueError, KeyError, TypeError):
            return None  # what stood there before is damaged
        if counted["kind"] == "not-comparable":
            return None
        return "+{added} ~{changed} -{removed}".format(**counted)
