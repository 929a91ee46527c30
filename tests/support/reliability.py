"""Makes the tables of docs/reliability.md from what the matrix has counted.

    reliability.py [FOLDER]   takes in a run's counts (DDBGIT_FAULTS_KEEP),
                              then writes the tables anew

docs/reliability.json keeps the counts; a part that is not in FOLDER stays.
"""

import collections
import json
import pathlib
import sys

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
COUNTS = DOCS / "reliability.json"
PAGE = DOCS / "reliability.md"
BEGIN, END = "<!-- begin: tests/support/reliability.py -->", "<!-- end -->"

# A part's name begins with its kind.
KINDS = {
    "wire": "The wire and the service",
    "machine": "The machine",
    "memory": "Memory",
    "company": "Company",
}


def take_in(folder):
    counts = json.loads(COUNTS.read_text()) if COUNTS.exists() else {}
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        told = json.loads(path.read_text())
        counts[told.pop("part")] = told
    COUNTS.write_text(json.dumps(counts, indent=1, sort_keys=True) + "\n")


def ends_of(part):
    ends = collections.Counter()
    for group in part["groups"].values():
        ends.update(group)
    return ends


def tables(counts):
    total = sum(part["cases"] for part in counts.values())
    wrong = sum(part["wrong"] for part in counts.values())
    lines = [f"{total:,} cases; {wrong} of them ended wrong.", ""]
    for kind, title in KINDS.items():
        lines += [f"**{title}**", "", "| part | cases | how they ended |",
                  "|---|--:|---|"]
        for name, part in counts.items():
            if name.split()[0] != kind:
                continue
            ends = ", ".join(f"{count:,} {end}" for end, count in
                             sorted(ends_of(part).items(),
                                    key=lambda pair: (-pair[1], pair[0])))
            cases = f"{part['cases']:,}"
            if part["cases"] < part["of"]:
                cases += f" of {part['of']:,}"
            lines.append(f"| {name.partition(' ')[2]} | {cases} | {ends} |")
        lines.append("")
    return "\n".join(lines)


def page_with(text, told):
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{told}\n{END}{rest.partition(END)[2]}"


def main(args):
    if args:
        take_in(args[0])
    counts = json.loads(COUNTS.read_text())
    PAGE.write_text(page_with(PAGE.read_text(), tables(counts)))


if __name__ == "__main__":
    main(sys.argv[1:])
