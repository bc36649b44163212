"""The program Tesseract ends with whoever started it, and leaves nothing behind."""

import os
import stat
import time

import psutil
import pytest
from PIL import Image

from workbench.errors import ExtractionError
from workbench.extraction.recognition import tesseract
from workbench.records import ExtractionState


@pytest.fixture
def hanging(tmp_path, monkeypatch):
    """A Tesseract that never ends and writes down its process and group."""
    program = tmp_path / "tesseract"
    program.write_text('#!/bin/sh\necho $$ $(ps -o pgid= -p $$) > "$SEEN"\nexec sleep 600\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setattr(tesseract.shutil, "which", lambda name: str(program))
    return tmp_path / "seen"


def test_a_hanging_tesseract_is_ended_and_stayed_in_our_group(hanging):
    started = time.monotonic()
    with pytest.raises(ExtractionError, match="took more than") as caught:
        tesseract.recognise(Image.new("L", (40, 40)), language="deu", dpi=200, timeout_s=0.5)
    assert caught.value.state is ExtractionState.TIMEOUT
    assert time.monotonic() - started < 5
    process, group = (int(number) for number in hanging.read_text().split())
    assert group == os.getpgrp()
    assert not psutil.pid_exists(process)


def test_no_descriptor_is_left_open(hanging):
    before = psutil.Process().num_fds()
    for _ in range(3):
        with pytest.raises(ExtractionError):
            tesseract.recognise(Image.new("L", (40, 40)), language="deu", dpi=200, timeout_s=0.05)
    assert psutil.Process().num_fds() <= before
