#!/usr/bin/env python3
"""Checks that an environment works: its Application is synced, its pods are ready, its services answer.

It only reads: the Application, the namespace's pods, and the services through the API server's proxy, which is all that
the Role `smoke-test` allows. It needs Python 3.9 or newer and kubectl, but no package, because the pipeline that calls
it may have nothing else of this project. docs/smoke-test.md explains the checks and the failures.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple, cast
from urllib.parse import quote

if sys.version_info < (3, 9):  # noqa: UP036 the pipeline's own Python may be older than what this is written for
    print(f"smoke: Python 3.9 or newer is needed, this is {sys.version.split()[0]}", file=sys.stderr)
    sys.exit(2)

START_SECONDS, REQUEST_SECONDS = 30, 10
TRIES = 3
LONGEST_TEXT, LONGEST_QUOTE = 600, 160
NAME_LABEL = "app.kubernetes.io/name"
PRIMARY, REPLICA = {"master", "primary"}, {"slave", "replica", "secondary"}
SCRAPE = "prometheus.io/scrape"

MISCONFIGURED = re.compile(
    r"x509: |exec: executable \S+ not found|unsupported protocol scheme"
    # kubectl calls this address if its configuration names no server.
    r"|(localhost|127\.0\.0\.1|\[::1\]):8080: connect: connection refused"
)
"""Errors that kubectl meets while it forwards a request, and that waiting does not repair."""

# One line that is neither a sample nor a comment makes Prometheus drop the whole scrape. Additions of OpenMetrics
# (exemplars, fractional timestamps) are refused: no request asks for that format.
# Source: Prometheus, "Exposition formats", "Text format details".
NUMBER = r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?[Ii][Nn][Ff]([Ii][Nn][Ii][Tt][Yy])?|[Nn][Aa][Nn]"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*[ \t]*=[ \t]*"([^"\\]|\\.)*"[ \t]*'
LABELS = rf"\{{[ \t]*({LABEL}(,[ \t]*{LABEL})*(,[ \t]*)?)?\}}"
SAMPLE = re.compile(
    rf"[ \t]*[a-zA-Z_:][a-zA-Z0-9_:]*([ \t]*{LABELS}[ \t]*|[ \t]+)({NUMBER})([ \t]+-?[0-9]+)?[ \t]*".encode()
)
COMMENT = re.compile(rb"[ \t]*(#.*)?")

IN_NAMESPACE, IN_ARGOCD = "kubectl --namespace={namespace}", "kubectl --namespace={argocd}"
LOOK_AT = {
    "kubectl config view": {"Misconfigured"},
    "kubectl cluster-info": {"Unauthorized", "sync Unreachable", "pods Unreachable"},
    f"{IN_ARGOCD} auth can-i --list": {"sync Forbidden"},
    f"{IN_ARGOCD} get applications.argoproj.io": {"NotFound"},
    f"{IN_ARGOCD} get applications.argoproj.io {{application}} --output=yaml": {"sync", "NothingToCheck"},
    f"{IN_NAMESPACE} auth can-i --list": {"Forbidden"},
    f"{IN_NAMESPACE} describe pods --selector={NAME_LABEL}={{name}}": {"pods", "NotScraped"},
    f"{IN_NAMESPACE} describe service {{name}}": {"NoEndpoints", "NoService"},
    f"{IN_NAMESPACE} get events --field-selector=type=Warning": {"sync Progressing"},
    f"{IN_NAMESPACE} get kafkatopics": {"kafka"},
    f"{IN_NAMESPACE} get pods --show-labels": {"redis"},
    f"{IN_NAMESPACE} get pods,events": {"sync Degraded", "sync Missing", "sync Suspended"},
    f"{IN_NAMESPACE} logs --selector={NAME_LABEL}={{name}} --tail=50": {"health", "metrics"},
}
"""Commands that show more about a failure: of this check and reason, else of this reason, else of this check."""


class Problem(NamedTuple):
    reason: str
    message: str
    final: bool = False
    """Whether waiting is pointless."""


class Answer(NamedTuple):
    status: int
    body: bytes

    @property
    def refusal(self) -> str:
        """The API server's own message, empty if the service behind its proxy answered."""
        with suppress(ValueError):
            found: object = json.loads(self.body)
            return text(found, "message") if text(found, "kind") == "Status" else ""
        return ""

    @property
    def first_line(self) -> str:
        return self.body.decode(errors="replace").strip().split("\n")[0][:LONGEST_QUOTE]


class ReadError(Exception):
    """The API server did not give what was asked for."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(reason, message, final=reason != "Unreachable")


Get = Callable[[str], Answer]
"""Sends a GET request to a path of the API server; ReadError if nothing answers."""


class Options(argparse.Namespace):
    application: str
    revision: str = ""
    image_tag: str = ""
    namespace: str = ""
    argocd_namespace: str = "argocd"
    services: Sequence[str] = ()
    kafka_topics: Sequence[str] = ()
    timeout: int = 300
    interval: float = 2
    context: str = ""
    json: bool = False


def read_options(arguments: Sequence[str]) -> Options:
    """Parse the command line; a wrong option ends the program with status 2."""

    def form(pattern: str, what: str, convert: Callable[[str], object] = str) -> Callable[[str], object]:
        def parse(value: str) -> object:
            if re.fullmatch(pattern, value) is None:
                raise argparse.ArgumentTypeError(f"'{value}' is not {what}")
            return convert(value)

        return parse

    pattern = "[a-z0-9]([-a-z0-9.]*[a-z0-9])?"
    name = form(pattern, "a name")
    names = form(f"{pattern}(,{pattern})*", "a list of names: a,b", lambda value: value.split(","))
    commit = form("[0-9a-f]{7,64}", "a commit: 7 to 64 hexadecimal digits")
    tag = form("[A-Za-z0-9_][-A-Za-z0-9_.]*", "an image's tag")
    whole = form("0*[1-9][0-9]{0,4}", "a number of seconds above zero", int)
    number = form(r"[0-9]{1,4}(\.[0-9]+)?", "a number of seconds", float)
    status = "Status: 0 all is well, 1 a check failed, 2 nothing could be checked (a wrong option, no kubectl)."
    parser = argparse.ArgumentParser(allow_abbrev=False, description=__doc__, epilog=status)

    def add(option: str, parse: Callable[[str], object], metavar: str, words: str) -> None:
        parser.add_argument(option, type=parse, metavar=metavar, help=words, required=option == "--application")

    add("--application", name, "NAME", "Argo CD's Application")
    add("--revision", commit, "SHA", "the commit that must be synced, at least 7 digits (default: where Argo CD is)")
    add("--image-tag", tag, "TAG", "the tag that every pod must run (default: any)")
    add("--namespace", name, "NAME", "where the services are (default: the Application's destination)")
    add("--argocd-namespace", name, "NAME", "where the Application is (default: argocd)")
    add("--services", names, "A,B", "the services to check (default: those of the annotation platform/services)")
    add("--kafka-topics", names, "A,B", "topics that must be among the Application's KafkaTopics")
    add("--timeout", whole, "SECONDS", "the longest wait for sync and pods (default: 300)")
    add("--interval", number, "SECONDS", "between two looks (default: 2)")
    add("--context", str, "NAME", "a context of the kubeconfig (default: the current one)")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout, the lines for people on stderr")
    return parser.parse_args(arguments, namespace=Options())


@contextmanager
def kubectl_proxy(context: str) -> Generator[Get]:
    """Reach the API server with the kubeconfig's login.

    `kubectl proxy` listens on a socket in a directory that only this user can enter. So no port is opened, and kubectl
    ends with the block.
    """
    with tempfile.TemporaryDirectory(prefix="smoke-") as folder:
        log, command = Path(folder, "log"), ["kubectl", "proxy", f"--unix-socket={folder}/api"]
        with log.open("wb") as stderr:
            # In a group of its own, because kubectl may be a wrapper that starts another program.
            process = subprocess.Popen(
                [*command, *([f"--context={context}"] if context else [])],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, start_new_session=True,
            )  # fmt: skip
        try:
            started = b""
            with suppress(TimeoutError), time_limit(START_SECONDS):
                started = cast("IO[bytes]", process.stdout).readline()

            def get(path: str) -> Answer:
                if not started.startswith(b"Starting to serve"):
                    words = log.read_text(errors="replace").removeprefix("error: ")
                    raise ReadError("Misconfigured", words or "kubectl proxy does not start")
                logged = log.stat().st_size
                answer = request(f"{folder}/api", path)
                # If kubectl cannot forward a request it answers 500 itself, and logs the same words.
                words = answer.body.strip()
                if answer.status == 500 and words and words in log.read_bytes()[logged:]:
                    reason = "Misconfigured" if MISCONFIGURED.search(words.decode(errors="replace")) else "Unreachable"
                    raise ReadError(reason, answer.first_line)
                return answer

            yield get
        finally:
            with suppress(OSError):  # Some systems refuse to signal a group that has ended already.
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def request(address: str, path: str) -> Answer:
    # The only host that kubectl answers for.
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    try:
        with time_limit(REQUEST_SECONDS):
            connection.sock.connect(address)
            connection.request("GET", quote(path, safe=string.punctuation))
            response = connection.getresponse()
            return Answer(response.status, response.read())
    except (OSError, http.client.HTTPException) as error:
        raise ReadError("Unreachable", str(error)) from error
    finally:
        connection.close()


@contextmanager
def time_limit(seconds: float) -> Generator[None]:
    """Raise TimeoutError in a block that takes too long, even if an answer trickles in."""

    def expire(*_: object) -> None:
        raise TimeoutError(f"no answer within {seconds} s")

    signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def read(get: Get, path: str) -> object:
    """Get an object; ReadError if the API server refuses."""
    answer = get(path)
    if answer.status == 200:
        with suppress(ValueError):
            return json.loads(answer.body)
    reason = {401: "Unauthorized", 403: "Forbidden", 404: "NotFound"}.get(answer.status, "Unreachable")
    raise ReadError(reason, answer.refusal or f"HTTP {answer.status}: {answer.first_line}")


def missing_right(refusal: str) -> str:
    """Explain the API server's `… is forbidden: User "x" cannot list resource …`."""
    right = refusal.partition(" cannot ")[2] or refusal
    return f"this identity may not {right}. The Role smoke-test grants it to the group platform:smoke-testers."


def dig(value: object, *keys: str) -> object:
    """Return a value inside JSON; None for what is absent or null."""
    for key in keys:
        value = cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None
    return value


def text(value: object, *keys: str) -> str:
    found = dig(value, *keys)
    return "" if found is None else str(found)


def items(value: object, *keys: str) -> list[object]:
    found = dig(value, *keys)
    return cast("list[object]", found) if isinstance(found, list) else []


def judge_sync(application: object, wanted: str) -> tuple[str, Problem | None]:
    """Return the commit in question, and why the Application is not Synced and Healthy at it.

    The status may be older than the commit, or than the sync: it counts only if it names the commit and was written
    after the sync ended.
    """
    status, operation = dig(application, "status"), dig(application, "status", "operationState")

    def commits(sync: object) -> list[str]:
        return [found for found in (text(sync, "revision"), *map(str, items(sync, "revisions"))) if found]

    seen = commits(dig(status, "sync"))
    tried = commits(dig(operation, "syncResult") or dig(operation, "operation", "sync"))
    revision = wanted or next(iter(seen), "")
    at_commit = bool(revision) and any(found.startswith(revision) for found in seen)
    of_commit = any(found.startswith(revision) for found in tried)
    sync, health = text(status, "sync", "status"), text(status, "health", "status")
    phase, message = text(operation, "phase"), text(operation, "message")
    written, ended = text(status, "reconciledAt"), text(operation, "finishedAt")
    errors = [f"{text(found, 'type')}: {text(found, 'message')}" for found in items(status, "conditions")]
    errors = [found for found in errors if found.partition(":")[0].endswith("Error")]
    refused = [
        f"{text(found, 'kind')} {text(found, 'name')}: {text(found, 'message')}"
        for found in items(operation, "syncResult", "resources")
        if text(found, "status") == "SyncFailed" or text(found, "hookPhase") in {"Failed", "Error"}
    ]
    retry = f" (retry {text(operation, 'retryCount')})" if dig(operation, "retryCount") else ""
    problem = None
    if phase in {"Failed", "Error"} and of_commit:
        message = f"Argo CD could not sync {revision}: {message}" + (f" ({refused[0]})" if refused else "")
        problem = Problem("SyncRefused", message, final=True)
    elif errors:
        problem = Problem("SyncRefused", f"Argo CD reports {errors[0]}")
    elif not at_commit:
        place = " ".join(seen) or "no commit at all"
        problem = Problem("OtherRevision", f"Argo CD is at {place}, not at {revision or 'any commit'}")
    elif phase == "Running" and refused and of_commit:
        problem = Problem("SyncRefused", f"Argo CD could not sync and tries again{retry}: {refused[0]}")
    elif phase in {"Running", "Terminating"}:
        problem = Problem("Syncing", f"the sync of {' '.join(tried) or 'a commit'} is running: {message}")
    elif sync != "Synced":
        behind = " ".join(out_of_sync(application)[:5])
        problem = Problem("OutOfSync", f"{sync or 'without a sync status'} at {revision}: {behind}")
    elif written < ended:  # Both are UTC, to the second and in one format.
        problem = Problem("StaleStatus", f"its status was written at {written}, but the sync ended at {ended}")
    elif health != "Healthy":
        problem = Problem(health or "NoHealth", f"Synced at {revision}, but {health or 'without a health status'}")
    return revision, problem


def out_of_sync(application: object) -> list[str]:
    found = items(application, "status", "resources")
    return [f"{text(one, 'kind')}/{text(one, 'name')}" for one in found if text(one, "status") == "OutOfSync"]


class Pod:
    """What the checks need to know about a pod."""

    def __init__(self, pod: object) -> None:
        labels, annotations = dig(pod, "metadata", "labels"), dig(pod, "metadata", "annotations")
        containers, phase = items(pod, "spec", "containers"), text(pod, "status", "phase")
        conditions = {text(one, "type"): one for one in items(pod, "status", "conditions")}
        owners = [text(owner, "kind") for owner in items(pod, "metadata", "ownerReferences")]
        self.name = text(pod, "metadata", "name")
        self.counts = not (
            dig(pod, "metadata", "deletionTimestamp") or owners == ["Job"] or phase in {"Succeeded", "Failed"}
        )
        # The label that the network policies select by.
        self.workload = text(labels, NAME_LABEL) or text(labels, "app") or "-"
        self.template = text(labels, "pod-template-hash") or text(labels, "controller-revision-hash")
        self.role = text(labels, "role") or text(labels, "redis-role") or text(labels, "app.kubernetes.io/component")
        self.images = [text(container, "image") for container in containers]
        self.scraped = text(annotations, SCRAPE) == "true"
        self.metrics_path = text(annotations, "prometheus.io/path") or "/metrics"
        probes = [dig(one, probe) for probe in ("livenessProbe", "readinessProbe") for one in containers]
        self.probe_path = next(filter(None, (text(probe, "httpGet", "path") for probe in probes)), "")
        self.ready = text(conditions.get("Ready"), "status") == "True"
        statuses = [*items(pod, "status", "initContainerStatuses"), *items(pod, "status", "containerStatuses")]
        states = [container_state(status) for status in statuses if dig(status, "ready") is not True]
        # A container that waits for another one explains nothing; the other one does.
        states = [words for words in states if "PodInitializing" not in words] or states
        self.state = states[0] if states else f"{phase}, not ready"
        if text(conditions.get("PodScheduled"), "status") == "False":
            self.state = f"not scheduled: {text(conditions.get('PodScheduled'), 'message')}"


def container_state(status: object) -> str:
    waiting, ended = dig(status, "state", "waiting"), dig(status, "state", "terminated")
    last = dig(status, "lastState", "terminated")
    if waiting:
        words = ", ".join(filter(None, (text(waiting, "reason"), text(waiting, "message"))))
        if last:
            words += f" (ended before: {text(last, 'reason')}, status {text(last, 'exitCode')})"
    elif ended:
        words = f"ended: {text(ended, 'reason')}, status {text(ended, 'exitCode')}"
    else:
        words = f"running, but its probe fails (restarts: {text(status, 'restartCount')})"
    return f"container {text(status, 'name')}: {words}"


def tag_of(image: str) -> str:
    """Return the tag of `registry:5000/name:tag@sha256:…`; a digest may follow it."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[2]


def judge_pods(name: str, pods: Sequence[Pod], image_tag: str) -> Problem | None:
    unready = [pod for pod in pods if not pod.ready]
    others = [pod for pod in pods if image_tag and not any(tag_of(image) == image_tag for image in pod.images)]
    templates = list(dict.fromkeys(pod.template for pod in pods))
    if not pods:
        return Problem("NoPods", f"no pod has the label {NAME_LABEL}={name}")
    if unready:
        count = f"{len(pods) - len(unready)} of {len(pods)} pods are ready"
        return Problem("NotReady", f"{count}; {unready[0].name}: {unready[0].state}")
    if others:
        return Problem("OtherImage", f"{others[0].name} runs {' '.join(others[0].images)}, not tag {image_tag}")
    if len(templates) > 1:
        return Problem("OldPods", f"pods of several revisions are running: {' and '.join(templates)}")
    return None


def judge_answer(answer: Answer) -> Problem | None:
    """Return None for 200, which alone is right: a redirection or another 2xx is not what was asked for."""
    refusal, words = answer.refusal, answer.refusal or answer.first_line
    if answer.status == 200:
        return None
    if "is forbidden: User" in refusal:
        return Problem("Forbidden", missing_right(refusal))
    if "no endpoints available" in refusal:
        return Problem("NoEndpoints", "the Service has no ready pod: its selector matches none")
    if "error trying to reach service" in refusal:
        return Problem("Unreachable", f"the pod does not answer: {refusal.partition('reach service: ')[2]}")
    if "no service port" in refusal or 'services "' in refusal:
        return Problem("NoService", refusal)
    detail = ", not 200" if answer.status < 400 else f": {words}" if words else " with an empty body"
    return Problem("HttpStatus", f"HTTP {answer.status}{detail}")


def judge_metrics(body: bytes) -> tuple[int, str]:
    """Return how many samples there are, and what is wrong with the body as Prometheus's text format."""
    lines = body.split(b"\n")
    samples = sum(1 for line in lines if SAMPLE.fullmatch(line))
    for line in lines:
        if not SAMPLE.fullmatch(line) and not COMMENT.fullmatch(line):
            return samples, f"this line is not a sample: {line.decode(errors='replace')[:LONGEST_QUOTE]}"
    return samples, "" if samples else f"it has no sample: {Answer(200, body).first_line or 'an empty body'}"


def one_line(words: str) -> str:
    """Make printable ASCII on one line of a text, which may come from a pod or from Git and hold anything."""
    words = re.sub(r"[^ -~]", "?", re.sub(r"\s", " ", words.strip()))
    return f"{words[:LONGEST_TEXT]}..." if len(words) > LONGEST_TEXT else words


class Look:
    """One reading of the Application and the pods."""

    def __init__(self, options: Options, get: Get) -> None:
        self.application: object = None
        self.namespace, self.revision = options.namespace, ""
        self.unread: Problem | None = None
        self.sync: Problem | None = None
        self.pods: dict[str, list[Pod]] = {}
        applications = f"/apis/argoproj.io/v1alpha1/namespaces/{options.argocd_namespace}/applications"
        try:
            self.application = read(get, f"{applications}/{options.application}")
            self.namespace = self.namespace or text(self.application, "spec", "destination", "namespace") or "default"
            self.revision, self.sync = judge_sync(self.application, options.revision)
            for pod in map(Pod, items(read(get, f"/api/v1/namespaces/{self.namespace}/pods"), "items")):
                if pod.counts:
                    self.pods.setdefault(pod.workload, []).append(pod)
        except ReadError as error:
            self.unread = error.problem
        entries = text(self.application, "metadata", "annotations", "platform/services").split(",")
        words = [(*entry.split(), "", "") for entry in entries if entry.strip()]
        self.catalogue = {name: (health, metrics) for name, health, metrics, *_ in words}
        """Health and metrics path of each service that the platform lists."""
        self.workloads = self.names("Deployment", "StatefulSet", "DaemonSet", "Rollout")
        self.wanted = options.services or list(dict.fromkeys([*self.catalogue, *self.workloads]))
        self.problems = {name: judge_pods(name, self.pods.get(name, []), options.image_tag) for name in self.wanted}

    def names(self, *kinds: str) -> list[str]:
        """Return the names of the Application's objects of these kinds in the namespace."""
        found = [one for one in items(self.application, "status", "resources") if text(one, "kind") in kinds]
        return [text(one, "name") for one in found if text(one, "namespace") == self.namespace]

    @property
    def obstacle(self) -> Problem | None:
        """Why the services cannot be asked yet."""
        if not self.wanted:
            return self.unread or self.sync or Problem("NothingToCheck", "there is no workload")
        # The commit is synced and does not contain this workload, so waiting for its pods is pointless.
        lost = any(not self.pods.get(name) and name not in self.workloads for name in self.wanted)
        problems = [problem._replace(final=lost) for problem in self.problems.values() if problem]
        return self.unread or self.sync or next(iter(problems), None)


def wait(options: Options, get: Get, begun: float) -> Look:
    """Look until two looks in a row agree that there is nothing to wait for, or until the time is over.

    One look may fall between two states: Argo CD notices a Deployment's new pods a moment after it has applied it.
    """
    before = shown = ""
    while True:
        look = Look(options, get)
        obstacle, seconds = look.obstacle, int(time.monotonic() - begun)
        end = "well" if obstacle is None else "hopeless" if obstacle.final else ""
        if (end and end == before) or seconds >= options.timeout:
            return look
        before = end
        if obstacle and obstacle.message != shown:
            shown = obstacle.message
            print(f"wait  {seconds:3d} s    {one_line(shown)}", file=sys.stderr, flush=True)
        time.sleep(options.interval)


class Checks:
    """Reports on the last look, and asks the services."""

    def __init__(self, options: Options, get: Get, look: Look) -> None:
        self.options, self.get, self.look = options, get, look
        self.found: list[dict[str, str]] = []

    def say(self, line: str) -> None:
        print(line, file=sys.stderr if self.options.json else sys.stdout, flush=True)

    def report(self, check: str, name: str, reason: str, message: str, status: str = "ok") -> None:
        """Add a check that is `ok`, `skipped` or `failed`, and print its line."""
        look = ""
        if status == "failed":
            keys = (f"{check} {reason}", reason, check)
            command = next(command for key in keys for command, failures in LOOK_AT.items() if key in failures)
            place = {"application": self.options.application, "argocd": self.options.argocd_namespace}
            look = command.format(namespace=self.look.namespace, name=name, **place)
        found = {"status": status, "check": check, "name": name, "reason": reason, "message": message, "look": look}
        self.found.append({key: one_line(value) for key, value in found.items()})
        word = {"ok": "ok  ", "skipped": "skip", "failed": "FAIL"}[status]
        self.say(f"{word}  {check:8} {one_line(f'{name}: {message}')}{f'. Look at: {look}' if look else ''}")

    def judge(self, check: str, name: str, problem: Problem | None, reason: str, message: str) -> None:
        """Report the problem, or the reason and message if there is none."""
        if problem:
            self.report(check, name, problem.reason, problem.message, "failed")
        else:
            self.report(check, name, reason, message)

    def everything(self) -> None:
        look, name = self.look, self.options.application
        if look.application is not None:
            self.sync()
        if look.unread:
            self.unread(look.unread)
        elif look.sync and look.sync.reason in {"SyncRefused", "OtherRevision", "Syncing", "OutOfSync"}:
            self.report("pods", name, "NotSynced", "not checked, because the commit is not synced", "skipped")
        else:
            self.workloads()
            self.services()
            self.redis()
            self.kafka()

    def unread(self, problem: Problem) -> None:
        check, name = "sync", self.options.application
        if self.look.application is not None:
            check, name = "pods", self.look.namespace
        message = {
            "Forbidden": missing_right(problem.message),
            "NotFound": f"there is no such Application: {problem.message}",
            "Misconfigured": f"kubectl cannot use its configuration: {problem.message}",
        }.get(problem.reason, f"the API server did not answer: {problem.message}")
        self.report(check, name, problem.reason, message, "failed")

    def sync(self) -> None:
        problem = self.look.sync
        if problem and problem.reason == "Progressing":
            hint = f" after {self.options.timeout} s; if every pod is ready, a quota may keep others out"
            problem = problem._replace(message=problem.message + hint)
        message = f"Synced and Healthy at {self.look.revision}"
        self.judge("sync", self.options.application, problem, "Synced", message)

    def workloads(self) -> None:
        if not self.look.wanted:
            message = f"it has no Deployment or StatefulSet in namespace {self.look.namespace}"
            self.report("pods", self.options.application, "NothingToCheck", message, "failed")
        for name, problem in self.look.problems.items():
            count = len(self.look.pods.get(name, []))
            self.judge("pods", name, problem, "Ready", f"{count} of {count} pods are ready")

    def services(self) -> None:
        """Ask each service that the platform lists, and each Service that has a workload of its name."""
        listed, existing = self.options.services or self.look.catalogue, self.look.names("Service")
        if not listed:
            message = "without the annotation platform/services, a service that Git has lost is not missed"
            self.report("services", self.options.application, "NoList", message, "skipped")
        for name in self.look.wanted:
            if name in listed or name in existing:
                self.service(name)
        asked = any(check["check"] == "health" and check["reason"] != "NoHttp" for check in self.found)
        if not listed and not asked:
            message = f"no Service has a workload's name and pods with an HTTP probe or {SCRAPE}"
            self.report("health", self.options.application, "NothingToCheck", message, "failed")

    def service(self, name: str) -> None:
        """Ask a service at the paths that the catalogue gives, or those that its pods state if it is not listed."""
        pods, listed = self.look.pods.get(name, []), name in self.look.catalogue
        health, metrics = self.look.catalogue.get(name, ("", ""))
        if listed and not health:
            return  # A worker: its pods are all there is to check.
        if not any(pod.ready for pod in pods):
            for check in ("health", "metrics"):
                self.report(check, name, "NoReadyPod", "not asked, because none of its pods is ready", "skipped")
            return
        unscraped = [pod.name for pod in pods if not pod.scraped]
        elsewhere = [pod.metrics_path for pod in pods if pod.metrics_path != metrics]
        if not listed:
            health = next(filter(None, (pod.probe_path for pod in pods)), "")
            metrics = pods[0].metrics_path if self.options.services or not unscraped else ""
            if not health and not metrics:
                message = f"its pods have neither an HTTP probe nor {SCRAPE}"
                self.report("health", name, "NoHttp", message, "skipped")
                return
        self.ask("health", name, health or "/health")
        if not metrics:
            message = "the catalogue gives it no metricsPath" if listed else f'its pods do not say {SCRAPE}: "true"'
            self.report("metrics", name, "NotScraped", message, "skipped")
        elif listed and unscraped:
            message = f'Prometheus does not scrape {unscraped[0]}: it does not say {SCRAPE}: "true"'
            self.report("metrics", name, "NotScraped", message, "failed")
        elif listed and elsewhere:
            message = f"its pods send Prometheus to {elsewhere[0]}, the catalogue to {metrics}"
            self.report("metrics", name, "NotScraped", message, "failed")
        else:
            self.ask("metrics", name, metrics)

    def ask(self, check: str, service: str, path: str) -> None:
        """Request a path, again if nothing answers: the endpoints may be a moment behind the pods."""
        body, problem = b"", None
        for attempt in range(TRIES):
            if attempt:
                time.sleep(self.options.interval)
            try:
                answer = self.get(f"/api/v1/namespaces/{self.look.namespace}/services/{service}:http/proxy{path}")
                body, problem = answer.body, judge_answer(answer)
            except ReadError as error:
                problem = Problem("NoAnswer", error.problem.message)
            if problem is None or problem.reason not in {"NoEndpoints", "Unreachable", "NoAnswer"}:
                break
        message = f"{path} answers 200"
        if problem:
            problem = problem._replace(message=f"{path}: {problem.message}")
        elif check == "metrics":
            samples, wrong = judge_metrics(body)
            problem = Problem("NoMetrics", f"{message}, but {wrong}") if wrong else None
            message += f" with {samples} samples"
        self.judge(check, service, problem, "Answers", message)

    def redis(self) -> None:
        """All pods of a cache in the namespace are ready, and one is the primary if labels say the roles."""
        kinds = ("redis", "valkey", "dragonfly", "keydb")
        stores = {name: pods for name, pods in self.look.pods.items() if name.startswith(kinds)}
        if not stores:
            message = "no pod of Redis, Valkey, Dragonfly or KeyDB in this namespace"
            self.report("redis", self.look.namespace, "NoStore", message, "skipped")
        for name, pods in stores.items():
            roles = [pod.role for pod in pods]
            ready, primaries = sum(pod.ready for pod in pods), sum(role in PRIMARY for role in roles)
            reason, message = "OnePrimary", f"{ready} pods are ready, one of them the primary"
            problem = None
            if ready < len(pods):
                problem = Problem("NotReady", f"{ready} of {len(pods)} pods are ready")
            elif (PRIMARY | REPLICA).isdisjoint(roles):
                reason, message = "Ready", f"{ready} pods are ready; no label says their roles"
            elif primaries != 1:
                problem = Problem("NoSinglePrimary", f"{primaries} of {len(pods)} pods say that they are the primary")
            self.judge("redis", name, problem, reason, message)

    def kafka(self) -> None:
        """Every topic of the Application is what Git says, and those of --kafka-topics are among them."""
        topics, behind = self.look.names("KafkaTopic"), out_of_sync(self.look.application)
        missing = [topic for topic in self.options.kafka_topics if topic not in topics]
        if not topics and not missing:
            message = "the Application has no KafkaTopic, and --kafka-topics names none"
            self.report("kafka", self.look.namespace, "NoTopics", message, "skipped")
        for topic in missing:
            self.report("kafka", topic, "NoTopic", "the Application has no KafkaTopic of this name", "failed")
        for topic in topics:
            differs = Problem("OutOfSync", "the KafkaTopic is not what Git says")
            problem = differs if f"KafkaTopic/{topic}" in behind else None
            self.judge("kafka", topic, problem, "Synced", "the KafkaTopic is what Git says")


def run(options: Options, get: Get) -> int:
    """Wait, check and report; return the exit status."""
    begun = time.monotonic()
    look = wait(options, get, begun)
    checks = Checks(options, get, look)
    checks.everything()
    failures, seconds = sum(check["status"] == "failed" for check in checks.found), int(time.monotonic() - begun)
    if options.json:
        head = {"application": options.application, "namespace": look.namespace, "revision": look.revision}
        found = {**head, "ok": not failures, "seconds": seconds, "checks": checks.found}
        print(json.dumps(found, separators=(",", ":")), flush=True)
    count = f"{failures} of {len(checks.found)} checks of {options.application} failed"
    checks.say(f"smoke: {count if failures else f'{options.application} is well'}, after {seconds} s")
    return 1 if failures else 0


def main() -> int:
    options = read_options(sys.argv[1:])
    if shutil.which("kubectl") is None:
        print("smoke: kubectl is not on the PATH: https://kubernetes.io/docs/tasks/tools/", file=sys.stderr)
        return 2
    # Under nohup a hangup stays ignored.
    hangups = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
    for number in (signal.SIGINT, signal.SIGTERM, *hangups):
        # By an exception, so that kubectl ends too.
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    with kubectl_proxy(options.context) as get:
        return run(options, get)


if __name__ == "__main__":
    sys.exit(main())
