"""Makes a module of this folder a program."""

import sys

from tests.pipeline.workflows.actions.stand_in import ROOT


def wrapper(module: str, *arguments: str) -> str:
    """The text of a program that runs `programs/<module>.py`, with these arguments before its own."""
    command = [sys.executable, "-S", "-m", f"tests.pipeline.workflows.programs.{module}", *arguments]
    return f'#!/bin/sh\nPYTHONPATH={ROOT} exec {" ".join(command)} "$@"\n'
