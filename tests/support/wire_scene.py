"""A dump or a restore whose wire or service fails, and the judge of it: the
server's ledger, what stands in the project, and the exit status agree, or the
run is wrong.

A case is a command and a list of faults; Scene.run lets the command meet
them, judges, and lets the next run, without faults, finish what failed.
"""

import json
import random
import shutil
import subprocess

import canonical
import fake_dynamodb
import machine_scene
import snapshot_reader

# Of the test's clock: five minutes, the patience of a run, pass in a second.
SPEED = 300
MINUTE = 60 / SPEED  # in the machine's seconds
# Where answers stay out: silence is waited for for a minute, and for two
# seconds of the machine at least.
SILENT_SPEED = 30
SNAPSHOT = machine_scene.SNAPSHOT
KEYS = [("id", "S")]

DONE, KEPT, STOPPED, REFUSED, MISSED = (
    "succeeded", "failed, the old backup stands", "stopped, and went on later",
    "listed what was refused", "ended before it")

DUMP = ["dump", "--env=dev", "--segments=3"]
COMMANDS = {
    "dump": DUMP,
    "dump and commit": [*DUMP, "--commit", "--tag"],
    "restore into a new table": ["restore", f"--source={SNAPSHOT}"],
    "restore over old items": ["restore", f"--source={SNAPSHOT}"],
    "restore as a mirror": ["restore", f"--source={SNAPSHOT}", "--mirror"],
    "restore of keys": ["restore", f"--source={SNAPSHOT}",
                        "--keys-file=keys"],
}
# Into a table that holds something already.
OVER = {"restore over old items", "restore as a mirror", "restore of keys"}

# What no run fails of.
SURVIVED = [
    "throttle", "request_limit", "throttling", "internal", "unavailable",
    "drop_before", "drop_after", "reset", "cut_head", "cut_middle",
    "cut_item", "short", "flip", "wrong_crc", "html_error", "slow",
    "skewed", "too_skewed", "unprocessed", "empty_page", "empty_last"]
# … unless nothing but this was ever answered.
DOUBTFUL = ["die", "garbage", "html"]
# What ends a run, or not: the judge alone decides.
OTHERS = ["denied", "bad_key", "expired_token", "empty_error", "same_key",
          "not_found", "in_use", "limit_exceeded", "validation"]
# What takes seconds of the machine.
SILENT = ["stall", "stall_middle"]
OF_ONE = {"unprocessed": "BatchWriteItem", "empty_page": "Scan",
          "empty_last": "Scan", "same_key": "Scan"}


def operation_of(kind, command):
    """The only one that a kind of fault is about, or None."""
    if kind == "unprocessed" and command == "restore of keys":
        return "BatchGetItem"
    return OF_ONE.get(kind)


def plain_items(count, generation):
    return [{"id": {"S": f"item-{n:03}"}, "n": {"N": str(n)},
             "g": {"S": generation}, "text": {"S": "ü" * (n % 7)}}
            for n in range(count)]


def odd_items(chance, count):
    """Items of many shapes, with keys that sort oddly."""
    def text():
        return "".join(chance.choice("aé€𝄞\"\\\n\0 ~")
                       for _ in range(chance.randrange(1, 30)))

    def value(depth=0):
        kind = chance.randrange(9 if depth < 3 else 5)
        return [
            lambda: {"S": text()},
            lambda: {"N": f"{chance.randrange(-999, 999)}"
                          f"e{chance.randrange(-90, 90)}"},
            lambda: {"B": chance.randbytes(chance.randrange(1, 20)).hex()
                     + "AA" * chance.randrange(2) * 2},
            lambda: {"BOOL": chance.random() < .5},
            lambda: {"NULL": True},
            lambda: {"L": [value(depth + 1) for _ in range(
                chance.randrange(4))]},
            lambda: {"M": {text(): value(depth + 1) for _ in range(
                chance.randrange(4))}},
            lambda: {"SS": sorted({text() for _ in range(3)})},
            lambda: {"NS": ["1", f"{chance.randrange(2, 99)}"]},
        ][kind]()

    return [{"id": {"S": f"{text()}{n}"},
             **{f"a{at}": value() for at in range(chance.randrange(5))}}
            for n in range(count)]


def lines(items):
    return [canonical.canonical_line(item) for item in sorted(
        items, key=lambda item: canonical.encoded_key(item, KEYS))]


class Scene:
    def __init__(self, folder, speed=SPEED):
        self.fake = fake_dynamodb.Server()
        self.fake.__enter__()
        self.project = machine_scene.small_project(folder / "project")
        self.project.env["DDBGIT_TEST_CLOCK"] = str(speed)
        self.top = self.project.path
        self.folder = self.top / SNAPSHOT
        self.template = folder / "template"
        self.fake.page_items = 5
        self.credentials()
        self.begin(plain_items(40, "old"), plain_items(42, "new"))

    def __enter__(self):
        return self

    def __exit__(self, kind, *rest):
        self.fake.__exit__(kind, *rest)

    def credentials(self, renewed=False):
        """Keys of the environment file, or a program that gives new ones."""
        more = {}
        if renewed:
            program = self.project.home / "give"
            program.write_text(
                "#!/bin/sh\necho '{\"Version\":1,\"AccessKeyId\":\"A\","
                "\"SecretAccessKey\":\"s\",\"SessionToken\":\"t\","
                "\"Expiration\":\"2099-01-01T00:00:00Z\"}'\n")
            program.chmod(0o755)
            (self.project.home / ".aws").mkdir(exist_ok=True)
            (self.project.home / ".aws" / "config").write_text(
                f"[profile work]\ncredential_process = {program}\n")
            more = {"AWS_PROFILE": "work", "AWS_ACCESS_KEY_ID": None,
                    "AWS_SECRET_ACCESS_KEY": None}
        self.project.local(self.fake.endpoint, "media", env="dev", **more)
        self.project.local(self.fake.endpoint, "copy", **more)

    def begin(self, old, new):
        """The old items are backed up, the new ones in the table."""
        self.fake.forget()
        self.fake.create("media", old)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.project.ddbgit(*COMMANDS["dump and commit"], "--allow-empty",
                            "--replace")
        self.fake.create("media", new)
        self.old = lines(old)
        self.asked = old[::2]
        (self.top / "keys").write_text("".join(
            json.dumps({"id": item["id"]}) + "\n" for item in self.asked))
        self.bytes = snapshot_reader.of_folder(self.folder)
        self.tip = self.project.git("rev-parse", "HEAD")
        shutil.rmtree(self.template, ignore_errors=True)
        shutil.copytree(self.top, self.template, symlinks=True)

    def reset(self, command):
        self.fake.forget()
        shutil.rmtree(self.top)
        subprocess.run(["cp", "-a", self.template, self.top], check=True)
        self.fake.tables.pop("copy", None)
        if command in OVER:
            self.fake.create("copy", plain_items(9, "stale"))
            self.fake.tables["copy"].put({"id": {"S": "its own"}})

    def count(self, command):
        """The operations that a run without faults asks for, in order."""
        self.reset(command)
        self.project.ddbgit(*COMMANDS[command])
        return [request.operation for request in self.fake.requests]

    # A case

    def run(self, case):
        command, faults, must = case.what
        if case.group.startswith("seed"):
            return self.run_seed(*case.what)
        return self.meet(command, faults, must)

    def run_seed(self, command, seed, _):
        chance = random.Random(seed)
        self.begin(odd_items(chance, chance.randrange(30)),
                   odd_items(chance, chance.randrange(1, 80)))
        self.fake.page_items = chance.randrange(1, 25)
        self.fake.creating = chance.choice([0, 0, 3])
        args = [f"--segments={chance.randrange(1, 9)}"]
        faults = random_faults(chance, command)
        return self.meet(command, faults, None,
                         args if command in ("dump", "dump and commit")
                         else [])

    def meet(self, command, faults, must, args=()):
        self.reset(command)
        renewed = any(fault.pop("renewed", False) for fault in faults)
        self.credentials(renewed)
        struck = [self.fake.fault(**fault) for fault in faults]
        told = [*COMMANDS[command], *args]
        done = self.project.ddbgit(*told, status=None)
        judge = self.judge_dump if told[0] == "dump" else self.judge_restore
        end = judge(done, command)
        if must is not None:
            assert done.status in must or not struck[0].struck, str(done)
        if done.status:
            self.fake.forget()
            again = self.project.ddbgit(*told, status=0)
            judge(again, command)
        elif not any(fault.struck for fault in struck):
            return MISSED
        return end

    # The judge

    def judge_dump(self, done, command):
        self.clean(done)
        files = snapshot_reader.of_folder(self.folder)
        head = self.project.git("rev-parse", "HEAD")
        if done.status == 0:
            ledger = lines(self.fake.tables["media"].items)
            assert snapshot_reader.read(files) == ledger, str(done)
            if command == "dump and commit":
                committed = snapshot_reader.of_revision(self.top, "HEAD",
                                                        SNAPSHOT)
                assert committed == files, str(done)
            return DONE
        assert done.status == 1 and "[ERROR]" in done.err, str(done)
        assert files == self.bytes and head == self.tip, str(done)
        return KEPT

    def clean(self, done):
        assert not (self.folder / ".ddbgit").exists(), str(done)
        locks = list((self.top / ".git").rglob("*.lock"))
        assert not locks, f"{locks} after {done}"

    def judge_restore(self, done, command):
        self.clean(done)
        table = self.fake.tables.get("copy")
        written = {canonical.encoded_key(item, KEYS):
                   canonical.canonical_line(item)
                   for item in (table.items if table else [])}
        wanted = lines(self.asked) if command == "restore of keys" \
            else self.old
        source = {canonical.encoded_key(json.loads(line), KEYS): line
                  for line in wanted}
        mine = {canonical.encoded_key({"id": {"S": "its own"}}, KEYS)}
        stale = {canonical.encoded_key(item, KEYS):
                 canonical.canonical_line(item)
                 for item in plain_items(9, "stale")
                 } if command in OVER else {}
        for key, line in written.items():
            assert line in (source.get(key), stale.get(key)) or key in mine
        missing = {key for key, line in source.items()
                   if written.get(key) != line}
        extra = set(written) - set(source) \
            if command == "restore as a mirror" else set()
        if done.status == 0:
            assert not missing, f"{len(missing)} missing after {done}"
            assert not extra, f"{len(extra)} not deleted after {done}"
            return DONE
        if done.status == 3:
            left = missing or extra
            assert left and left == self.refused(), str(done)
            return REFUSED
        assert done.status == 1 and "[ERROR]" in done.err, str(done)
        return STOPPED

    def refused(self):
        return {canonical.encoded_key(json.loads(line)["key"], KEYS)
                for path in (self.top / ".git" / "ddbgit").glob(
                    "restore-failures-*.jsonl")
                for line in path.read_text().splitlines()}


def random_faults(chance, command):
    """Several at once; a few of them end a run."""
    faults = []
    for _ in range(chance.randrange(1, 9)):
        kind = chance.choice(SURVIVED * 3 + DOUBTFUL * 2 + OTHERS)
        faults.append({
            "kind": kind, "nth": 1 + int(chance.expovariate(1 / 6)),
            "operation": operation_of(kind, command),
            "times": chance.choice([1, 1, 1, 2, 5]),
            "count": chance.randrange(1, 26),
            "seconds": chance.random() * MINUTE,
            "seed": chance.random()})
    return faults
