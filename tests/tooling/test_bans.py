"""Each banned pattern is reported with its place, in the folders of its ban alone; systems' names in tests/systems."""

import pytest

from tools.bans import main, text_faults


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("components/data/store.py", "opts = pulumi.ResourceOptions.merge(opts, parent)"),
        ("__main__.py", 'if pulumi.get_stack() == "prod":'),
        ("sandbox/driver.py", 'if pulumi.get_stack() != "prod":'),
        ("components/account/account.py", 'REGION = os.environ["AWS_REGION"]'),
        ("components/stack/aws.py", "settings = pulumi.Config()"),
    ],
)
def test_a_banned_pattern_is_reported_with_its_line(path: str, line: str) -> None:
    (fault,) = text_faults(path, f"first\n{line}\n")
    assert fault.startswith(f"{path}:2: '")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("components/config/reader.py", "settings = pulumi.Config()"),
        ("components/data/store.py", "opts=pulumi.ResourceOptions(parent=self)"),
    ],
)
def test_other_code_and_other_folders_are_left_alone(path: str, line: str) -> None:
    assert list(text_faults(path, line)) == []


def test_the_code_has_no_banned_pattern() -> None:
    assert main() == 0
