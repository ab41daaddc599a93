"""Stack files without the engine: their values, and the line of each key."""

from pathlib import Path

import pytest

from components.config.files import StackFiles, UnreadableError

PROJECT = """\
name: shop
config:
  shop:services:
    value:
      - name: api
        port: 8080
      - name: web
        port: 8081
  stage: {value: shared}
"""
STACK = """\
config:
  # a comment
  shop:stage: live
  shop:cluster:
    nodes:
      minimum: 3
"""


def files(folder: Path, stack: str = STACK, project: str = PROJECT) -> StackFiles:
    (folder / "Pulumi.yaml").write_text(project)
    (folder / "Pulumi.live.yaml").write_text(stack)
    return StackFiles(folder=folder, stack="live")


def test_the_stacks_values_replace_the_projects(tmp_path: Path) -> None:
    values = files(tmp_path).values()
    assert (values["shop:stage"], values["shop:services"][1]["port"]) == ("live", 8081)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("services", 1, "port"), "Pulumi.yaml:8"),
        (("services", 1), "Pulumi.yaml:7"),
        (("services",), "Pulumi.yaml:3"),
        (("stage",), "Pulumi.live.yaml:3"),
        (("cluster", "nodes", "minimum"), "Pulumi.live.yaml:6"),
        (("cluster", "nodes", "maximum"), "Pulumi.live.yaml:5"),
        (("cluster", "version"), "Pulumi.live.yaml:4"),
        (("environments", 0, "name"), "Pulumi.live.yaml"),
        ((), "Pulumi.live.yaml"),
    ],
)
def test_a_key_is_found_on_its_line_and_a_missing_one_on_that_of_its_section(
    tmp_path: Path, path: tuple[str | int, ...], place: str
) -> None:
    assert files(tmp_path).place(path) == place


def test_a_fault_of_yaml_is_reported_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableError,
        match=r"^Pulumi\.live\.yaml:3: shop:stage is there twice, first in line 2. Remove one of the two.",
    ):
        files(tmp_path, "config:\n  shop:stage: live\n  shop:stage: other\n").values()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: [a]\n", "config is not a map of keys"),
        ("- a\n", "is not a map of keys"),
        ("shop\n", "is not a map of keys"),
        ("config:\n  shop:stage: live\n  stage: other\n", "is there twice, with and without shop:"),
    ],
)
def test_what_a_stack_file_cannot_contain_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UnreadableError, match=r"^Pulumi\.live\.yaml") as refused:
        files(tmp_path, text, "name: shop\n").values()
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("config:\n\tstage: x\n", 2, "has a tab where YAML expects spaces. Indent with spaces."),
        ("config:\n  a:\n    b: 1\n  a:\n    b: 2\n", 4, "a is there twice, first in line 2. Remove one of the two."),
        ("config:\n  a: 1\n<<<<<<< HEAD\n  b: 1\n=======\n  b: 2\n>>>>>>> x\n", 3, "has a mark of a merge conflict."),
        ("config:\n  a: 1\n   b: 2\n", 3, "has a second colon, or is indented further than the lines of its section."),
        ("config:\n  a: x: y\n", 2, "has a second colon, or is indented further"),
        ('config:\n  a: "x\n  b: 2\n', 2, "opens a quotation mark that is never closed. Write the closing one."),
        ("config:\n  a: !Ref x\n", 2, "has the tag !Ref, which a stack file cannot have. Write a plain value."),
        ("config:\n  a: [1, 2\n  b: 3\n", 3, "the list that begins in line 2 is not closed. Write ] at its end."),
        (
            "config:\n  a: {b: c,\n      d: ${E}}\n",
            3,
            "has { within a value; a stack file takes no variables such as ${NAME}.",
        ),
        ("config:\n  a: {b: 1\n  c: 2\n", 3, "the map that begins in line 2 is not closed. Write } at its end."),
        ("config:\n  a: *foo\n", 2, "*foo refers to nothing, because there is no &foo. Put the value in quotes."),
        ("config:\n  a: @x\n", 2, "has a value that begins with @, which YAML reserves. Put the value in quotes."),
        ("config:\n  a: >x\n", 2, "has a value that begins with > or |"),
        ("config:\n  a: {{ .Values.x }}\n", 2, "has {{ }} of a template, which a stack file is not."),
        (
            "config:\n  a: 'it's'\n",
            2,
            "is indented unlike the other lines of its section, or has text after a quotation",
        ),
        ("config: {}\n---\nb: 2\n", 2, "begins a second document (---). Remove that line and what follows it."),
        ("- a\n", 1, "is not a map of keys. Begin it with `config:`."),
        ("a: 1\nconfg:\n  a: 1\n", 1, "a: is not a key of Pulumi.live.yaml. Move it below `config:`, or remove it."),
        ("encryptionsalt: v1\nconfg:\n  a: 1\n", 2, "confg: is not a key of Pulumi.live.yaml. Write config."),
        ("config:\n  a: 2026-02-30\n", 2, "has a date or a number that does not exist. Put the value in quotes."),
        (f"config:\n  a: {'9' * 5000}\n", 2, "has a date or a number that does not exist."),
    ],
)
def test_a_fault_of_yaml_is_explained_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        files(tmp_path, text, "name: shop\n").values()
    assert str(refused.value).startswith(f"Pulumi.live.yaml:{line}: {message}")


def test_brackets_without_end_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="has brackets in brackets that never end"):
        files(tmp_path, f"config:\n  a: {'[' * 3000}\n").values()


def test_a_file_in_another_encoding_is_refused_with_the_line(tmp_path: Path) -> None:
    read = files(tmp_path)
    (tmp_path / "Pulumi.live.yaml").write_bytes("config:\n  a: größe\n".encode("latin-1"))
    with pytest.raises(UnreadableError, match=r"^Pulumi\.live\.yaml:2: has a character that is not UTF-8\."):
        read.values()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("{vlaue: live}", "stage: has no key value. Write value in place of vlaue."),
        ("[live]", "stage: has no key value. Write its value below `value:`."),
    ],
)
def test_a_map_in_the_project_s_file_has_a_value(tmp_path: Path, entry: str, message: str) -> None:
    read = files(tmp_path, "config: {}\n", f"name: shop\nconfig:\n  stage: {entry}\n")
    with pytest.raises(UnreadableError, match=rf"^Pulumi\.yaml:3: {message}"):
        read.values()


def test_a_scalar_in_the_project_s_file_is_a_value(tmp_path: Path) -> None:
    assert files(tmp_path, "config: {}\n", "name: shop\nconfig:\n  stage: live\n").values() == {"shop:stage": "live"}


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    files(tmp_path)
    with pytest.raises(UnreadableError, match=r"^Pulumi\.nope\.yaml: there is no such file in "):
        StackFiles(folder=tmp_path, stack="nope").values()


def test_a_project_without_a_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="name: is missing"):
        files(tmp_path, project="config: {}\n").project()
