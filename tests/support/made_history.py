"""Writes drawn histories (generated.py) as commits, in the format of
docs/snapshot-format.md and without ddbgit: some as ddbgit commits, some as
people do who have only git.

    make(project, steps)

What comes out is for others to read (history_judge.py); nothing that is
known here is handed on.
"""

import copy

import item_diff
from generated import BULK, BULK_ITEMS
from made_snapshot import DAY, SCHEMAS, Table, files, settings_of

BEGIN = 1_750_000_000


# ---- messages ------------------------------------------------------------

def message(table, before, stated):
    """As ddbgit writes it, of a table that has just been dumped."""
    body, counts = "First backup", f"+{stated['itemCount']} ~0 -0"
    if before and before.keys != table.keys:
        body, counts = "Not comparable with what stood here", None
    elif before:
        found = [record["change"] for record in item_diff.diff_items(
            before.spelled(), table.spelled(), SCHEMAS[table.keys])]
        numbers = [found.count(kind)
                   for kind in ("added", "changed", "removed")]
        body = ("{} added, {} changed, {} removed since the last commit"
                .format(*numbers))
        counts = "+{} ~{} -{}".format(*numbers)
        if settings_of(before) != settings_of(table):
            body += "; schema changed"
    trailers = [
        ("Format", 1), ("Environment", table.environment),
        ("Table", table.name), ("Region", "us-east-1"),
        ("Items", stated["itemCount"]), ("Changes", counts),
        ("Data-SHA256", stated["dataSha256"]),
        ("Dump-Date", stated["dumpDate"]), ("Path", table.folder)]
    return (f"Dump {table.name} ({table.environment})\n\n{body}\n\n"
            + "".join(f"Ddbgit-{name}: {value}\n"
                      for name, value in trailers if value is not None))


def edit(table, step):
    """The table as it becomes by a step."""
    for n, attributes in step.edits.items():
        table.items.pop(n, None)
        if isinstance(attributes, int):
            attributes = {"pad": {"S": "p" * attributes}}
        if attributes is not None:
            table.items[n] = attributes
    table.settings = {**table.settings, **step.settings}


# ---- commits -------------------------------------------------------------

class Writer:
    def __init__(self):
        self.stream = []
        self.mark = 0
        self.clock = BEGIN
        self.heads = {}  # branch: (mark, {environment: Table})
        self.tags = []

    def commit(self, branch, text, changed, world, merged=None):
        """changed: {folder: {path: bytes}, or None where it goes}"""
        self.mark += 1
        said = text.encode()
        parts = [f"commit refs/heads/{branch}\nmark :{self.mark}\ncommitter "
                 f"A <a@example.com> {self.clock} +0000\n"
                 f"data {len(said)}\n".encode() + said + b"\n"]
        head = self.heads.get(branch) or self.heads.get("main")
        if head:
            parts.append(b"from :%d\n" % head[0])
        if merged:
            parts.append(b"merge :%d\n" % self.heads[merged][0])
        for folder, content in changed.items():
            parts.append(f"D {folder}\n".encode())
            for path, data in (content or {}).items():
                parts.append(f"M 100644 inline {folder}/{path}\n"
                             f"data {len(data)}\n".encode() + data + b"\n")
        self.stream += parts
        self.heads[branch] = (self.mark, world)

    def tag(self, kind):
        name = f"t{self.mark}"
        if kind == "light":
            self.stream.append(f"reset refs/tags/{name}\nfrom :{self.mark}\n\n"
                               .encode())
        elif kind:
            self.stream.append(
                f"tag {name}\nfrom :{self.mark}\ntagger A <a@example.com> "
                f"{self.clock} +0000\ndata 4\nkept\n".encode())

    def write(self, project):
        project.git_import(b"".join(self.stream))

    # Steps

    def take(self, step):
        self.clock += DAY
        branch = "side" if step.side and "main" in self.heads else "main"
        head = self.heads.get(branch) or self.heads.get("main") or (0, {})
        before = self.mark
        getattr(self, step.kind)(step, branch, copy.deepcopy(head[1]))
        if self.mark != before:
            self.tag(step.tag)

    def edited(self, step, world, environment):
        """The table as it becomes; its files."""
        new = environment not in world
        table = world.setdefault(environment, Table(environment))
        if step.keys is not None and step.keys != table.keys:
            table.keys, table.items = step.keys, {}
        if new and step.bulk:
            for n in range(BULK, BULK + BULK_ITEMS):
                table.items[n] = {"pad": {"S": f"{n}" * 3000}}
        edit(table, step)
        table.form, table.date = step.form, self.clock - 60
        table.version = step.version
        table.made = files(table)
        return table, table.made

    def dump(self, step, branch, world):
        before = copy.deepcopy(world.get(step.environment))
        if step.form in ("foreign", "edited"):
            step.form = "single"
        table, made = self.edited(step, world, step.environment)
        self.commit(branch, message(table, before, table.stated),
                    {table.folder: made}, world)

    def hand(self, step, branch, world):
        table, made = self.edited(step, world, step.environment)
        self.commit(branch, "Back up by hand\n", {table.folder: made}, world)

    def both(self, step, branch, world):
        """A dump to which somebody has added another environment."""
        before = copy.deepcopy(world.get(step.environment))
        other, more = self.edited(step, world, step.target)
        if step.target == step.environment:
            return self.hand(step, branch, world)
        step.form = "single"
        table, made = self.edited(step, world, step.environment)
        return self.commit(branch, message(table, before, table.stated),
                           {table.folder: made, other.folder: more}, world)

    def rename(self, step, branch, world):
        if step.environment not in world or step.target in world:
            return
        table = world.pop(step.environment)
        # The table goes by its own name still: its environment file moved.
        gone, table.environment = table.folder, step.target
        if step.bulk:  # otherwise as git mv does: metadata names the old one
            table.made = files(table)
        world[step.target] = table
        self.commit(branch, "Call it by another name\n",
                    {gone: None, table.folder: table.made}, world)

    def remove(self, step, branch, world):
        if step.environment in world:
            gone = world.pop(step.environment)
            self.commit(branch, "Forget it\n", {gone.folder: None}, world)

    def other(self, _, branch, world):
        self.commit(branch, "Work on the rest\n",
                    {"src": {"main.c": b"%d" % self.clock},
                     "backups/notes": {"a.txt": b"%d" % self.clock}}, world)

    def merge(self, step, _, __):
        """Side into main; of each environment one of theirs, or an edit."""
        if "side" not in self.heads:
            return
        ours, theirs = self.heads["main"][1], self.heads["side"][1]
        world, changed = {}, {}
        for environment in sorted({*ours, *theirs}):
            source = theirs if len(environment) % 2 == step.bulk else ours
            folder = Table(environment).folder
            changed[folder] = None
            if environment in source:
                world[environment] = copy.deepcopy(source[environment])
                changed[folder] = world[environment].made
        if step.form == "edited" and step.environment in world:
            table, made = self.edited(step, world, step.environment)
            changed[table.folder] = made
        self.commit("main", "Merge branch 'side'\n", changed, world, "side")
        del self.heads["side"]


def make(project, steps):
    """Writes the history into the project's repository, branch main."""
    writer = Writer()
    for step in steps:
        writer.take(copy.deepcopy(step))
    writer.write(project)
