"""What the issue on a stack's drift says: tools/review/drift.py. Of a real refresh: tests/engine/test_drift.py."""

import json

from tests.tooling.preview_events import DATABASE, POLICY, STACK, drifted, step
from tools.review.comment import LIMIT
from tools.review.drift import issue, sentence
from tools.review.markdown import size
from tools.review.preview import refreshed, relevant, steps

RUN = "https://github.com/o/r/actions/runs/1"
SMALL, LARGE = {"instanceClass": "small"}, {"instanceClass": "large"}


def shown(*events: str) -> str:
    return issue("live", refreshed(relevant(events)), run=RUN)


def test_without_drift_there_is_no_issue() -> None:
    unchanged = drifted("same", DATABASE, "main", SMALL, SMALL)
    assert shown(unchanged, step("update", DATABASE, "main", SMALL, LARGE)) == ""


def test_each_resource_is_listed_with_what_the_state_says_and_what_exists() -> None:
    gone = drifted("delete", POLICY, "p", {"a": 1}, None)
    listed = shown(drifted("update", DATABASE, "main", SMALL, LARGE), gone).split("\n\n")[1].splitlines()
    assert listed == [
        "- **database**: Instance `main`: `instanceClass` `small` → `large`",
        "- **environment web**: NetworkPolicy `p`: no longer exists",
    ]


def test_a_value_that_the_cloud_alone_knows_is_read_from_what_exists() -> None:
    event = json.loads(drifted("update", DATABASE, "main", SMALL, SMALL))
    metadata = event["resOutputsEvent"]["metadata"]
    metadata["detailedDiff"] = {"instanceClass": {"diffKind": "update", "inputDiff": False}}
    metadata["new"]["outputs"] = LARGE
    assert "`instanceClass` `small` → `large`" in shown(json.dumps(event))


def test_an_issue_fits() -> None:
    many = [drifted("update", DATABASE, f"main-{number:04}", SMALL, LARGE) for number in range(2000)]
    text = shown(*many)
    assert size(text) <= LIMIT
    assert text.startswith("<!-- drift of live -->\n2000 resources differ from the state of `live`, ")
    assert " more do not fit here.\n" in text
    assert text.endswith("changes back what differs from the stack file.\n")


def test_a_refusal_names_the_first_resources_and_the_command() -> None:
    many = [drifted("update", DATABASE, name, SMALL, LARGE) for name in "abcde"]
    words = sentence("live", refreshed(many))
    assert words.startswith("5 resources differ from the state of live: a, b, c and 2 more; ")
    assert "Run `pulumi refresh --stack live` as an administrator" in words


def test_the_steps_of_a_preview_are_its_operations_and_urns() -> None:
    create, unchanged = step("create", POLICY, "p", None, {"a": 1}), step("same", POLICY, "q", {"a": 1}, {"a": 1})
    urn = f"{STACK.rsplit('::', 2)[0]}::platform:environment:Environment${POLICY}::p"
    assert steps([create, unchanged, create]) == [f"create {urn}"]
