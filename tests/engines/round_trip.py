#!/usr/bin/env python3
"""Exports tests/engines/nasty.json, and compares it with what a consumer made of it.

usage: round_trip.py export SECENV FORMAT DIR    writes DIR/env, and DIR/refused: names that the format cannot hold
       round_trip.py compare DIR REFUSED...      DIR/got is what `env -0` printed there
"""
import json
import pathlib
import subprocess
import sys

NASTY = pathlib.Path(__file__).with_name("nasty.json")


def export(secenv, form, directory):
    manifest = directory / "secenv.toml"

    def run(exclude):
        manifest.write_text(
            f'source = "file:{NASTY}"\n[[env_from]]\nsecret = "nasty"\nexclude = {json.dumps(exclude)}\n'
        )
        command = [secenv, "export", "-m", manifest, "--format", form, "--error-format", "json"]
        return subprocess.run([*command, "-o", directory / "env"], capture_output=True, check=False)

    first = run([])
    refused = []
    if first.returncode:
        problems = json.loads(first.stderr)["problems"]
        assert all(problem["kind"] == "format" for problem in problems), problems
        refused = [name for problem in problems for name in problem["variables"]]
        again = run(refused)
        assert again.returncode == 0, again.stderr
    (directory / "refused").write_text(json.dumps(refused))


def compare(directory, refused):
    nasty = json.loads(NASTY.read_text())["nasty"]
    assert json.loads((directory / "refused").read_text()) == refused, (directory / "refused").read_text()
    got = dict(entry.split(b"=", 1) for entry in (directory / "got").read_bytes().split(b"\0") if b"=" in entry)
    wrong = [name for name, value in nasty.items() if name not in refused and got.get(name.encode()) != value.encode()]
    wrong += [name for name in refused if got.get(name.encode()) == nasty[name].encode()]
    print(f"ok: {len(nasty) - len(refused)} values came through, {len(refused)} were refused" if not wrong else f"FAILED: {wrong}")
    return 1 if wrong else 0


match sys.argv[1:]:
    case ["export", secenv, form, directory]:
        export(secenv, form, pathlib.Path(directory))
    case ["compare", directory, *names]:
        sys.exit(compare(pathlib.Path(directory), names))
    case _:
        sys.exit(__doc__)
