"""Checks, each printed as one line of JSON as soon as it is known: {"name", "ok", "detail"}."""

import json
import re
import time
import traceback

import grpc

failures = 0

# Longer than any answer takes on a busy machine; what must be quick says so itself.
PATIENCE_S = 20


def check(name):
    """Runs the function below it at once, as the check of this name."""

    def run(function):
        global failures
        detail = ""
        try:
            function()
        except Exception as error:
            failures += 1
            detail = describe(error)
        print(json.dumps({"name": name, "ok": not detail, "detail": detail}), flush=True)
        return function

    return run


def describe(error):
    if isinstance(error, grpc.RpcError):
        what = f"{error.code().name}: {error.details()}"
    else:
        what = f"{type(error).__name__}: {error}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/peers/" in f.filename]
    where = "".join(f"\n  {f.filename.rsplit('/', 1)[-1]}:{f.lineno}: {f.line}" for f in frames[1:])
    return (what or type(error).__name__) + where


def equal(actual, expected):
    assert actual == expected, f"got {actual!r}, expected {expected!r}"


def near(actual, expected, within=0.01):
    assert abs(actual - expected) <= within, f"got {actual!r}, expected {expected!r}"


def matches(text, pattern):
    assert re.fullmatch(pattern, text, re.DOTALL), f"got {text!r}, expected {pattern}"


def refused(call, code, *details):
    """The call must fail with this code, and say all of `details` on one line that shows nothing of the program's inside."""
    try:
        answer = call()
        if hasattr(answer, "__next__"):
            answer = list(answer)
    except grpc.RpcError as error:
        said = error.details()
        assert error.code().name == code, f"got {error.code().name}: {said}, expected {code}"
        for detail in details:
            assert detail in said, f"{said!r} does not say {detail!r}"
        plain(said)
        return said
    raise AssertionError(f"expected {code}, but it was answered: {str(answer)[:500]!r}")


def plain(said):
    """A message for people: one line, not endless, no control characters, no stack trace."""
    assert said, "nothing is said about the failure"
    assert len(said) <= 2000, f"{len(said)} characters are said: {said[:200]!r}"
    assert not re.search(r"[\x00-\x1f\x7f]", said), f"control characters in {said!r}"
    assert not re.search(r"node_modules|\.[jt]s:\d|^\s*at |registry\.npmjs", said), f"a stack trace is in {said!r}"


def eventually(look, what, within=PATIENCE_S):
    """Looks again and again until there is something, and answers it."""
    end = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"waited {within} s for {what}"
        time.sleep(0.02)
