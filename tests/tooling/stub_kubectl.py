"""A kubectl of the tests' own: answers from the scenario in $SCENARIO what kubectl makes of the script's templates.

A program that is started many times, so it imports little. Its records are those that scripts/smoke/kubectl.sh
describes; tests/cluster holds the templates themselves against a real API server.
"""

import json
import os
import sys
from typing import Any

US = "\x1f"
READY = {"code": 200, "body": "ok"}
STATUS_LINES = {
    "1.32": "Response Status: {} Some Words in 4 milliseconds",
    "1.33": '"Response" status="{} Some Words" headers=<\n\tX-Said: "Response" status="200 OK"\n > milliseconds=4',
    "of the future": "It answered.",
}
"""How releases of kubectl say the status of an answer, with -v=8."""


def quoted(text: str | None) -> str:
    """As Go's %q does."""
    return json.dumps(text, ensure_ascii=False) if text else ""


def record(*fields: object) -> str:
    return US.join("" if field is None else str(field) for field in fields) + "\n"


def application_records(found: dict[str, Any]) -> str:
    status = found.get("status", {})
    sync, operation = status.get("sync", {}), status.get("operationState")
    text = record("destination", found["spec"]["destination"]["namespace"])
    if annotations := found["metadata"]["annotations"]:
        text += record("wanted", quoted(annotations.get("platform/services")))
    text += record("sync", sync.get("status"), sync.get("revision"), status.get("reconciledAt"),
                   status.get("health", {}).get("status"))  # fmt: skip
    if operation:
        result = operation.get("syncResult") or operation["operation"]["sync"]
        text += record("operation", operation["phase"], result["revision"], operation.get("finishedAt"),
                       operation.get("retryCount"), quoted(operation.get("message")))  # fmt: skip
        for one in result.get("resources", []):
            if one["status"] == "SyncFailed":
                text += record("refused", one["kind"], one["name"], quoted(one["message"]))
    for one in status.get("conditions", []):
        text += record("condition", one["type"], quoted(one["message"]))
    for one in status.get("resources", []):
        text += record("resource", one["kind"], one["namespace"], one["name"], one["status"])
    return text


def pod_records(pod: dict[str, Any]) -> str:
    metadata, status = pod["metadata"], pod["status"]
    labels, annotations = metadata.get("labels", {}), metadata.get("annotations", {})
    conditions = {one["type"]: one for one in status.get("conditions", [])}
    text = record("pod", metadata["name"], labels.get("app.kubernetes.io/name"), labels.get("pod-template-hash"),
                  "deleting" if "deletionTimestamp" in metadata else "", status.get("phase"),
                  "".join(one["kind"] for one in metadata.get("ownerReferences", [])),
                  conditions.get("Ready", {}).get("status"))  # fmt: skip
    text += record("role", labels.get("role"))
    text += record("scrape", annotations.get("prometheus.io/scrape"), annotations.get("prometheus.io/path"))
    for container in pod["spec"]["containers"]:
        text += record("image", container["image"])
        for kind, probe in (("live", "livenessProbe"), ("ready", "readinessProbe")):
            if probe in container:
                text += record("probe", kind, container[probe]["httpGet"]["path"])
    scheduled = conditions.get("PodScheduled", {})
    if scheduled.get("status") == "False":
        text += record("unscheduled", quoted(scheduled["message"]))
    for one in [*status.get("initContainerStatuses", []), *status.get("containerStatuses", [])]:
        if not one["ready"]:
            text += state_record(one)
    return text + record("end")


def state_record(found: dict[str, Any]) -> str:
    state = found["state"]
    waiting, ended = state.get("waiting", {}), state.get("terminated", {})
    last = found.get("lastState", {}).get("terminated", {})
    return record("state", found["name"], waiting.get("reason"), quoted(waiting.get("message")), ended.get("reason"),
                  ended.get("exitCode"), found["restartCount"], last.get("reason"), last.get("exitCode"))  # fmt: skip


def refuse(words: str, code: int | None = None, body: str | None = None) -> int:
    """Say it as kubectl does with -v=8: what the service answered, the API server's code, and the words at the end."""
    if body is not None:
        first, several = body.split("\n")[0], "\n" in body
        shown = f'"Response Body" body=<\n\t{first}\n >' if several else f'"Response Body" body={json.dumps(body)}'
        sys.stderr.write(f"I1121 15:47:33.682895   24524 get.go:174] {shown}\n")
    if code is not None:
        sys.stderr.write(f'server response object: %s[{{\n  "metadata": {{}},\n  "code": {code}\n}}]\n')
    sys.stderr.write(f"{words}\n")
    return 1


def proxied(scenario: dict[str, Any], path: str) -> int:
    service, _, rest = path.removeprefix("/api/v1/namespaces/nova/services/").partition("/proxy")
    answer = scenario["answers"].get(service.removesuffix(":http") + rest, READY)
    if "words" in answer:
        return refuse(f"Error from server ({answer['reason']}): {answer['words']}", answer["code"], "{}")
    # What kubectl takes for an answer; the last of the codes is that of what a redirection led to.
    for code in answer.get("codes", [answer["code"]]):
        shown = STATUS_LINES[answer.get("kubectl", "1.33")].format(code)
        sys.stderr.write(f"I1121 15:47:33.682895   24524 round_trippers.go:632] {shown}\n")
    if not 200 <= answer["code"] < 300:
        words = "Error from server (ServiceUnavailable): the server is currently unable to handle the request"
        return refuse(words, answer["code"], answer["body"])
    sys.stdout.write(answer["body"])
    return 0


def main(arguments: list[str]) -> int:
    """Answer one call; the scenario's looks are taken in turn, the last one again and again."""
    folder = os.environ["SCENARIO"]
    with open(f"{folder}/calls", "a+", encoding="utf-8") as calls:  # noqa: PTH123 pathlib takes longer than the rest
        calls.write(" ".join(arguments[:3]) + "\n")
        calls.seek(0)
        looks = sum(" applications." in line for line in calls)
    with open(f"{folder}/scenario.json", encoding="utf-8") as file:  # noqa: PTH123 as above
        scenario = json.load(file)
    look = scenario["looks"][min(looks, len(scenario["looks"])) - 1]
    if "--raw" in arguments:
        return proxied(scenario, arguments[arguments.index("--raw") + 1])
    what = "pods" if "pods" in arguments else "application"
    if isinstance(look[what], str):
        return refuse(look[what])
    if what == "pods":
        sys.stdout.write("".join(pod_records(pod) for pod in look["pods"]))
    else:
        sys.stdout.write(application_records(look["application"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
