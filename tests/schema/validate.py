#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks JSON Lines against docs/schema by the type of each object.

validate.py FILE...     "-" is standard input; prints each violation, exit 1 if there was one
validate.py --examples  tests/schema/accepted must pass, tests/schema/rejected must not: prints
                        "ok NAME" or "FAIL NAME: why" for each
"""
import json
import pathlib
import sys

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parent
SCHEMAS = ROOT.parent.parent / "docs" / "schema"


def load():
    validators = {}
    for path in sorted(SCHEMAS.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[path.stem] = jsonschema.Draft202012Validator(schema)
    return validators


def refuse_constant(name):
    raise ValueError(name + " is no JSON")


def problem_of(validators, text):
    """None if the object is valid, else the first violation."""
    try:
        obj = json.loads(text, parse_constant=refuse_constant)
    except ValueError as error:
        return "not JSON: %s" % error
    if not isinstance(obj, dict):
        return "not an object"
    kind = obj.get("type")
    if kind not in validators:
        return "type %r has no schema" % (kind,)
    for error in validators[kind].iter_errors(obj):
        where = "/".join(str(step) for step in error.absolute_path)
        return "%s: %s" % (where or "object", error.message[:300])
    return None


def check_lines(validators, name, lines):
    bad = 0
    last = None
    for number, raw in enumerate(lines, 1):
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            print("%s:%d: %s" % (name, number, error))
            bad += 1
            continue
        problem = problem_of(validators, line)
        if problem:
            print("%s:%d: %s" % (name, number, problem))
            bad += 1
        else:
            last = json.loads(line)["type"]
    if last is None:
        print("%s: no object at all" % name)
        bad += 1
    return bad


def check_examples(validators):
    bad = 0
    for want, folder in ((True, "accepted"), (False, "rejected")):
        paths = sorted((ROOT / folder).glob("*.json"))
        for path in paths:
            problem = problem_of(validators, path.read_text(encoding="utf-8"))
            name = "%s/%s" % (folder, path.name)
            if (problem is None) == want:
                print("ok %s" % name)
            else:
                print("FAIL %s: %s" % (name, problem or "nothing is wrong with it"))
                bad += 1
        for kind in validators:
            if not any(path.name.split(".")[0] == kind for path in paths):
                print("FAIL %s: no example of %s" % (folder, kind))
                bad += 1
    return bad


def main():
    validators = load()
    if sys.argv[1:] == ["--examples"]:
        return 1 if check_examples(validators) else 0
    bad = 0
    for name in sys.argv[1:]:
        if name == "-":
            bad += check_lines(validators, "standard input", sys.stdin.buffer)
        else:
            with open(name, "rb") as lines:
                bad += check_lines(validators, name, lines)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
