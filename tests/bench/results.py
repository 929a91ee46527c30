"""Results as they are kept beside the tables and plots that are made of them:
every run's figures, what they are compared with, what was skipped and why."""

import dataclasses
import json
import pathlib

import measure


@dataclasses.dataclass
class Goal:
    """A bound: on the wall or cpu seconds of a row, its peak, its rate, or
    one of its extra figures; as it stands or as a share of another row's."""
    what: str  # "wall", "cpu", "peak", "rate", or an extra's name
    bound: float
    of: str = ""  # the other row's name
    least: bool = False  # at least, else at most


@dataclasses.dataclass
class Row:
    name: str
    role: str  # "ours", "peer", "floor"
    runs: list = dataclasses.field(default_factory=list)  # of Cost
    megabytes: float = 0  # that pass through; 0: no rate
    beside: str = ""  # the row whose wall time this one's is a share of
    less: str = ""  # this row is its runs less those of that row
    goals: list = dataclasses.field(default_factory=list)
    extra: dict = dataclasses.field(default_factory=dict)
    elsewhere: bool = False  # figures of another run on another machine
    skipped: str = ""  # why there are no runs

    def __post_init__(self):
        self.runs = [measure.Cost(**run) if isinstance(run, dict) else run
                     for run in self.runs]
        self.goals = [Goal(**goal) if isinstance(goal, dict) else goal
                      for goal in self.goals]


@dataclasses.dataclass
class Table:
    title: str
    rows: list

    def __post_init__(self):
        self.rows = [Row(**row) if isinstance(row, dict) else row
                     for row in self.rows]


@dataclasses.dataclass
class Point:
    """A place on an axis: what was measured there."""
    x: float
    rows: list

    __post_init__ = Table.__post_init__


@dataclasses.dataclass
class Result:
    """Of one benchmark: tables, or the points of an axis."""
    name: str
    date: str = ""
    machine: str = ""
    load: float = 0  # of the machine, before the benchmark began
    seconds: float = 0  # that the benchmark took
    tables: list = dataclasses.field(default_factory=list)
    points: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        self.tables = [Table(**table) if isinstance(table, dict) else table
                       for table in self.tables]
        self.points = [Point(**point) if isinstance(point, dict) else point
                       for point in self.points]

    def row(self, name):
        """The row of that name in any of the tables, or None."""
        for table in self.tables:
            for row in table.rows:
                if row.name == name:
                    return row
        return None

    def cost(self, row):
        """The medians of a row's runs, less those of the row it says; None
        if it, or that one, was skipped."""
        if row is None or not row.runs:
            return None
        cost = measure.median(row.runs)
        if row.less:
            base = self.cost(self.row(row.less))
            return None if base is None else cost - base
        return cost

    def figure(self, row, what):
        """A number of a row, for a goal; None if it is not known."""
        if row is None or (not row.runs and what not in row.extra):
            return None
        if what in row.extra:
            return row.extra[what]
        cost = self.cost(row)
        if cost is None:
            return None
        if what == "rate":
            return row.megabytes / cost.wall if cost.wall > 0 else None
        return getattr(cost, what)


def rounded(value):
    """Without what is empty, which is what a member is that does not stand in
    the file."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {name: rounded(inner) for name, inner in value.items()
                if inner is not False and inner not in ("", [], {})}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return value


def save(folder, result):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(rounded(dataclasses.asdict(result)), indent=1,
                      ensure_ascii=False)
    (folder / f"{result.name}.json").write_text(text + "\n")


def load(folder, name):
    path = pathlib.Path(folder) / f"{name}.json"
    if not path.exists():
        return None
    return Result(**json.loads(path.read_text()))
