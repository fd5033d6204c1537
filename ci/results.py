"""What a runner of tests said, as numbers. A runner that crashes or says nothing is a failure, never silence."""

import dataclasses
import re
import xml.etree.ElementTree as ElementTree


@dataclasses.dataclass
class Outcome:
    passed: int = 0
    failures: list = dataclasses.field(default_factory=list)  # one text for each failed test
    skips: list = dataclasses.field(default_factory=list)  # "name: reason"
    seconds: float = 0.0

    @property
    def failed(self):
        return len(self.failures)

    def add(self, other):
        self.passed += other.passed
        self.failures += other.failures
        self.skips += other.skips
        self.seconds += other.seconds


def from_check(name, code, output):
    """A check without numbers of its own: it counts as one."""
    if code == 0:
        return Outcome(passed=1)
    return Outcome(failures=[f"{name}: {ending(code)}\n{tail(output)}"])


def from_junit(name, code, output, xml_text):
    """GoogleTest and pytest: the numbers of the XML report, checked against the exit code."""
    outcome = Outcome()
    try:
        cases = list(ElementTree.fromstring(xml_text).iter("testcase")) if xml_text else None
    except ElementTree.ParseError:
        cases = None
    if cases is None:  # it died before it could write its report: count what it had printed
        outcome.passed = len(re.findall(r"^\[       OK \] ", output, re.MULTILINE))
        outcome.failures = [f"{name}: {test}" for test in re.findall(r"^\[  FAILED  \] (\S+) \(", output, re.MULTILINE)]
        started = re.findall(r"^\[ RUN      \] (\S+)", output, re.MULTILINE)
        where = f" in {started[-1]}" if started else ""
        outcome.failures.append(f"{name}: {ending(code)}{where}, no report\n{tail(output)}")
        return outcome
    for case in cases:
        test = f"{case.get('classname', '')}.{case.get('name', '')}"
        bad = case.findall("failure") + case.findall("error")
        skipped = case.find("skipped")
        if bad:
            text = "\n".join((one.text or one.get("message") or "").strip() for one in bad)
            outcome.failures.append(f"{name}: {test}\n{tail(text, 60)}")
        elif skipped is not None:
            reason = " ".join((skipped.get("message") or skipped.text or "no reason given").split())
            outcome.skips.append(f"{name}: {test}: {reason}")
        elif case.get("status", "run") == "notrun":
            outcome.failures.append(f"{name}: {test}: disabled")
        else:
            outcome.passed += 1
    if not cases:
        outcome.failures.append(f"{name}: it ran no test")
    elif code != 0 and not outcome.failures:  # a leak or a race found at the end, or a crash after the report
        outcome.failures.append(f"{name}: all tests passed but {ending(code)}\n{tail(output)}")
    return outcome


def from_sum_line(name, code, output):
    """A program whose last line is "N passed, N failed"."""
    lines = output.strip().splitlines()
    match = re.fullmatch(r"(\d+) passed, (\d+) failed", lines[-1].strip()) if lines else None
    if not match:
        return Outcome(failures=[f"{name}: {ending(code)}, no sum\n{tail(output)}"])
    passed, failed = int(match[1]), int(match[2])
    outcome = Outcome(passed=passed)
    if failed:
        outcome.failures = [f"{name}: {failed} failed\n{tail(output, 60)}"] + [f"{name}: another"] * (failed - 1)
    elif code != 0:
        outcome.failures = [f"{name}: {ending(code)} though nothing failed\n{tail(output)}"]
    elif passed == 0:
        outcome.failures = [f"{name}: it checked nothing"]
    return outcome


def ending(code):
    if code is None:
        return "ran out of time"
    if code < 0:
        return f"killed by signal {-code}"
    return f"exit code {code}"


def tail(text, lines=40):
    kept = text.strip().splitlines()
    if len(kept) > lines:
        kept = [f"... {len(kept) - lines} lines before"] + kept[-lines:]
    return "\n".join("    " + line for line in kept)
