"""Notebooks are found, checked, executed with real kernels, kept and pruned."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

from workbench import notebooks
from workbench.errors import NotebookError, UnknownName

PARAMETERS = """
folder: "Path" = "in"  # where the documents lie
category: str = "invoice"  # what to look for
days: int = 7  # how far back
threshold: float | None = None  # sure enough from here on
dry: bool = True
names: list[str] = []  # only these
weights: dict[str, float] = {
    "a": 1.0,
}  # by rule
mode: "Literal['fast', 'careful']" = "fast"
since: "Optional[date]" = None
free = None
retries = 3  # no annotation, the default says it
"""


def make(folder: Path, name: str, *cells: str, parameters: str = PARAMETERS, title: str = "# What comes in?") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    first = nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})
    code = [nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in cells]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(title), first, *code])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


def run(path: Path, target: Path, given: dict[str, Any] | None = None, **options: Any) -> notebooks.Executed:
    notebook = notebooks.find(path.parent, str(path))
    return notebooks.execute(notebook, notebooks.check(notebook, given or {}), output=target, **options)


def printed(path: Path) -> str:
    cells = nbformat.read(path, as_version=4).cells
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    return "".join(output.get("text", "") for output in outputs)


class TestFinding:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        for name in ("00_start_here", "01_pipeline", "02_explore", "10_explore_more"):
            make(tmp_path, name)
        (tmp_path / ".hidden.ipynb").write_text("{}")
        return tmp_path

    @pytest.mark.parametrize("name", ["01_pipeline", "01", "pipeline", "01_pipeline.ipynb"])
    def test_a_notebook_is_found_by_name_number_words_and_file_name(self, folder: Path, name: str) -> None:
        assert notebooks.find(folder, name).name == "01_pipeline"

    def test_a_path_is_found_wherever_it_lies(self, folder: Path, tmp_path: Path) -> None:
        elsewhere = make(tmp_path / "mine", "check")
        assert notebooks.find(folder, str(elsewhere)).path == elsewhere

    @pytest.mark.parametrize(
        ("name", "suggestion"), [("01_pipelin", "01_pipeline"), ("pipelne", "pipeline"), ("2_explore", "02_explore")]
    )
    def test_a_misspelt_name_gets_a_suggestion(self, folder: Path, name: str, suggestion: str) -> None:
        with pytest.raises(UnknownName, match=f"did you mean '{suggestion}'"):
            notebooks.find(folder, name)

    def test_a_name_unlike_any_other_lists_what_there_is(self, folder: Path) -> None:
        with pytest.raises(UnknownName, match="known: 00_start_here, 01_pipeline"):
            notebooks.find(folder, "zzz")

    def test_a_missing_path_is_said_so(self, folder: Path) -> None:
        with pytest.raises(NotebookError, match=r"there is no notebook .*/mine/check.ipynb"):
            notebooks.find(folder, "mine/check.ipynb")

    def test_a_name_that_several_answer_to_must_be_given_whole(self, folder: Path) -> None:
        make(folder, "03_explore")
        with pytest.raises(NotebookError, match="02_explore or 03_explore"):
            notebooks.find(folder, "explore")

    def test_all_of_a_folder_are_listed_with_their_titles(self, folder: Path) -> None:
        found = notebooks.available(folder)
        assert " ".join(notebook.name for notebook in found) == "00_start_here 01_pipeline 02_explore 10_explore_more"
        assert {notebook.title for notebook in found} == {"What comes in?"}

    def test_a_missing_folder_holds_none(self, tmp_path: Path) -> None:
        assert notebooks.available(tmp_path / "nowhere") == ()

    @pytest.mark.parametrize("content", ["", "{}", "[]", '{"cells": [{}]}', "\0\1"])
    def test_a_file_that_is_no_notebook_is_named(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "broken.ipynb").write_text(content)
        with pytest.raises(NotebookError, match=r"broken.ipynb is not a notebook"):
            notebooks.find(tmp_path, "broken")

    def test_a_parameters_cell_with_magic_is_refused(self, tmp_path: Path) -> None:
        make(tmp_path, "magic", parameters="%time x = 1")
        with pytest.raises(NotebookError, match="not plain Python"):
            notebooks.find(tmp_path, "magic")


class TestParameters:
    @pytest.fixture
    def notebook(self, tmp_path: Path) -> notebooks.Notebook:
        return notebooks.find(tmp_path, str(make(tmp_path, "01_pipeline")))

    def test_they_are_read_with_type_default_and_help(self, notebook: notebooks.Notebook) -> None:
        by_name = {parameter.name: parameter for parameter in notebook.parameters}
        assert by_name["category"] == notebooks.Parameter(
            name="category", type="str", default="'invoice'", help="what to look for"
        )
        assert by_name["threshold"].type == "float | None"
        assert by_name["folder"].type == "Path"
        assert by_name["weights"].help == "by rule"
        assert by_name["dry"].help == ""
        assert by_name["retries"].type == "int"
        assert by_name["free"].type == ""

    @pytest.mark.parametrize(
        ("name", "given", "expected"),
        [
            ("category", "007", "007"),
            ("category", "null", "null"),
            ("category", "true", "true"),
            ("days", "30", 30),
            ("days", 30, 30),
            ("retries", "5", 5),
            ("threshold", "0.8", 0.8),
            ("threshold", 1, 1.0),
            ("threshold", "null", None),
            ("threshold", None, None),
            ("dry", "no", False),
            ("dry", True, True),
            ("names", "[a, 007]", ["a", "007"]),
            ("names", ("a", "b"), ["a", "b"]),
            ("weights", "{a: 2, 1: 0.5}", {"a": 2.0, "1": 0.5}),
            ("mode", "careful", "careful"),
            ("since", "2026-01-31", "2026-01-31"),
            ("folder", Path("/in"), "/in"),
            ("folder", "with space/ä", str(Path.cwd() / "with space" / "ä")),
            ("free", "[1, two]", [1, "two"]),
            ("free", "2026-01-31", "2026-01-31"),
            ("free", "{unclosed", "{unclosed"),
        ],
    )
    def test_values_become_what_the_annotation_says(
        self, notebook: notebooks.Notebook, name: str, given: Any, expected: Any
    ) -> None:
        checked = notebooks.check(notebook, {name: given})
        assert checked == {name: expected}
        assert type(checked[name]) is type(expected)
        json.dumps(checked)

    @pytest.mark.parametrize(
        ("name", "given", "said"),
        [
            ("category", 7, r"'category' of 01_pipeline.ipynb takes a text .*given was 7"),
            ("days", "seven", "takes a whole number, e.g. 7; given was 'seven'"),
            ("days", 1.5, "takes a whole number"),
            ("days", True, "takes a whole number"),
            ("threshold", "high", "takes null or a number"),
            ("dry", "maybe", "takes true or false"),
            ("names", "a", "takes a list"),
            ("names", [1], "takes a text"),
            ("weights", "[a]", "takes a mapping"),
            ("weights", "{a: x}", "takes a number"),
            ("mode", "carefull", "takes one of fast, careful .did you mean 'careful'"),
            ("since", "tomorrow", "takes null or a date"),
            ("folder", 3, "takes a path"),
        ],
    )
    def test_a_value_of_the_wrong_type_is_refused(
        self, notebook: notebooks.Notebook, name: str, given: Any, said: str
    ) -> None:
        with pytest.raises(NotebookError, match=said):
            notebooks.check(notebook, {name: given})

    def test_an_unknown_parameter_gets_a_suggestion(self, notebook: notebooks.Notebook) -> None:
        with pytest.raises(UnknownName, match=r"'treshold' in 01_pipeline.ipynb; did you mean 'threshold'"):
            notebooks.check(notebook, {"treshold": "1"})

    def test_a_yaml_file_keeps_leading_zeros(self, notebook: notebooks.Notebook, tmp_path: Path) -> None:
        file = tmp_path / "params.yaml"
        file.write_text("category: 007\ndays: 30\nthreshold: null\nnames: [010, yes]\nweights: {a: 1}\n")
        assert notebooks.check(notebook, notebooks.read_file(file)) == {
            "category": "007",
            "days": 30,
            "threshold": None,
            "names": ["010", "yes"],
            "weights": {"a": 1.0},
        }

    @pytest.mark.parametrize("content", ["[a]", "just words", "a: [", "\t: x"])
    def test_a_yaml_file_that_is_no_mapping_is_refused(self, tmp_path: Path, content: str) -> None:
        file = tmp_path / "params.yaml"
        file.write_text(content)
        with pytest.raises(NotebookError, match=r"params.yaml"):
            notebooks.read_file(file)

    def test_an_empty_yaml_file_gives_none(self, tmp_path: Path) -> None:
        (tmp_path / "params.yaml").touch()
        assert notebooks.read_file(tmp_path / "params.yaml") == {}

    def test_a_missing_yaml_file_is_said_so(self, tmp_path: Path) -> None:
        with pytest.raises(NotebookError, match="cannot be read"):
            notebooks.read_file(tmp_path / "none.yaml")


class TestExecuting:
    def test_parameters_environment_and_folder_reach_the_kernel_of_this_interpreter(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        strange = tmp_path / "jupyter" / "kernels" / "python3"
        strange.mkdir(parents=True)
        (strange / "kernel.json").write_text('{"argv": ["/bin/false"], "display_name": "x", "language": "python"}')
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
        path = make(
            tmp_path,
            "01_pipeline",
            "import os, sys; print(repr(category), threshold, names, sys.executable, os.environ['RUN'], os.getcwd())",
        )
        awkward = '007 "ä" \\ \''
        started, steps = [], []
        (tmp_path / "work {here}").mkdir()
        result = run(
            path,
            tmp_path / "out {x}" / "done.ipynb",
            {"category": awkward, "threshold": "0.5", "names": "[a]"},
            environment={"RUN": "42"},
            cwd=tmp_path / "work {here}",
            on_start=started.append,
            on_cell=lambda done, cells: steps.append((done, cells)),
        )
        assert result.failed is None
        assert result.path == tmp_path / "out {x}" / "done.ipynb"
        said = printed(result.path)
        assert said == f"{awkward!r} 0.5 ['a'] {sys.executable} 42 {tmp_path / 'work {here}'}\n"
        assert [p.name for p in started] == [f"done.running-{os.getpid()}.ipynb"]
        assert steps == [(1, 4), (2, 4), (3, 4), (4, 4)]
        assert result.cells == 4
        assert sorted(p.name for p in result.path.parent.iterdir()) == ["done.ipynb"]

    def test_nothing_is_said_without_a_terminal(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        path = make(tmp_path, "quiet", "import os; os.write(2, b'from below'); print('x')")
        run(path, tmp_path / "out.ipynb", {"threshold": "1"})
        assert capfd.readouterr() == ("", "")

    def test_a_bar_is_shown_where_asked_for(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        run(make(tmp_path, "bar", "1"), tmp_path / "out.ipynb", progress=True)
        assert "3/3" in capfd.readouterr().err

    def test_a_failed_notebook_keeps_its_traceback_under_a_name_that_says_so(self, tmp_path: Path) -> None:
        path = make(tmp_path, "bad", "print('before')", "raise ValueError('no invoice\\nin sight')", "print('after')")
        result = run(path, tmp_path / "out.ipynb")
        assert result.failed == "In [3]: ValueError: no invoice"
        assert "raise ValueError" in result.traceback
        assert "\x1b" not in result.traceback
        assert result.path == tmp_path / "out.failed.ipynb"
        assert printed(result.path) == "before\n"
        assert "ValueError" in result.path.read_text()
        assert sorted(p.name for p in tmp_path.glob("out*")) == ["out.failed.ipynb"]

    def test_a_failure_leaves_the_last_good_notebook_alone(self, tmp_path: Path) -> None:
        target = tmp_path / "out.ipynb"
        target.write_text("good")
        assert run(make(tmp_path, "bad", "1/0"), target).failed
        assert target.read_text() == "good"

    def test_time_that_is_up_is_a_failure_although_papermill_calls_it_completed(self, tmp_path: Path) -> None:
        path = make(tmp_path, "slow", "print('before')", "import time; time.sleep(60)", "print('after')")
        result = run(path, tmp_path / "out.ipynb", timeout_s=4)
        assert result.failed == "time was up after 4 s, in cell 4 of 5"
        assert result.seconds < 20
        nb = nbformat.read(result.path, as_version=4)
        assert "time was up" in nb.cells[0].source
        assert [cell.metadata.papermill.status for cell in nb.cells[1:]] == [
            "completed",
            "completed",
            "completed",
            "failed",
            "pending",
        ]
        assert printed(result.path) == "before\n"

    def test_a_kernel_that_dies_is_a_failure_with_its_last_words(self, tmp_path: Path) -> None:
        path = make(tmp_path, "dies", "import os, sys; os.write(2, b'x'); os.kill(os.getpid(), 9)")
        result = run(path, tmp_path / "out.ipynb")
        assert result.failed is not None
        assert result.failed.startswith("the kernel stopped in cell 3 of 3: Kernel died")

    def test_an_exit_with_status_0_is_no_failure(self, tmp_path: Path) -> None:
        assert run(make(tmp_path, "exit", "import sys; sys.exit(0)"), tmp_path / "out.ipynb").failed is None

    def test_an_output_folder_that_cannot_be_made_is_said_so(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(NotebookError, match="cannot be written"):
            run(make(tmp_path, "fine", "1"), tmp_path / "file" / "out.ipynb")


SCRIPT = """
import sys
from pathlib import Path
from workbench import notebooks
path, output = map(Path, sys.argv[1:])
notebook = notebooks.find(path.parent, str(path))
print(notebooks.execute(notebook, {}, output=output).failed)
"""


class TestProcesses:
    @pytest.fixture
    def slow(self, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
        """A process that executes a notebook, its kernel's id, and the target."""
        path = make(
            tmp_path,
            "slow",
            f"import os; print('so far'); open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))",
            "import time; time.sleep(120)",
        )
        target = tmp_path / "out.ipynb"
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(path), str(target)],
            stderr=subprocess.PIPE,
            text=True,
            # Who is killed cannot clear away; pytest does, and this path is short enough for sockets.
            env={**os.environ, "TMPDIR": str(tmp_path.parent)},
        )
        note, running = tmp_path / "pid", tmp_path / f"out.running-{process.pid}.ipynb"
        wait_until(lambda: note.exists() and "so far\\n" in running.read_text())
        yield process, int(note.read_text()), target
        process.kill()
        process.communicate()

    def test_ctrl_c_stops_the_kernel_and_keeps_what_there_is(
        self, slow: tuple[subprocess.Popen[str], int, Path]
    ) -> None:
        process, kernel, target = slow
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        assert "KeyboardInterrupt" in err
        assert "out.interrupted.ipynb" in err
        wait_until(lambda: not psutil.pid_exists(kernel))
        kept = target.with_name("out.interrupted.ipynb")
        assert printed(kept) == "so far\n"
        assert "interrupted in cell 4" in kept.read_text()
        assert list(target.parent.glob("out*")) == [kept]

    def test_a_killed_run_leaves_its_output_and_no_kernel(self, slow: tuple[subprocess.Popen[str], int, Path]) -> None:
        process, kernel, target = slow
        process.kill()
        process.wait()
        wait_until(lambda: not psutil.pid_exists(kernel))
        assert printed(target.with_name(f"out.running-{process.pid}.ipynb")) == "so far\n"
        assert not target.exists()

    def test_it_works_in_crons_bare_environment(self, tmp_path: Path) -> None:
        path = make(tmp_path, "bare", "import shutil, sys; print(shutil.which('papermill'))")
        target = tmp_path / "out.ipynb"
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(path), str(target)], env={}, cwd="/", capture_output=True, text=True
        )
        assert (done.stdout, done.stderr) == ("None\n", "")
        assert printed(target).strip() == str(Path(sys.executable).with_name("papermill"))


def wait_until(happened: Any, *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


class TestPruning:
    def test_old_executed_notebooks_go_and_others_stay(self, tmp_path: Path) -> None:
        executed = json.dumps({"cells": [], "metadata": {"papermill": {"output_path": "x"}}})
        names = ("old.ipynb", "2026/old.failed.ipynb", "old.running-1.ipynb", "new.ipynb")
        for name in names:
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(executed)
        (tmp_path / "mine.ipynb").write_text('{"cells": [], "metadata": {}}')
        (tmp_path / "torn.ipynb").write_text("{")
        for path in tmp_path.rglob("*.ipynb"):
            if path.name != "new.ipynb":
                os.utime(path, (0, 0))
        assert notebooks.prune(tmp_path, older_than_days=30) == sorted(tmp_path / name for name in names[:3])
        assert sorted(p.name for p in tmp_path.rglob("*.ipynb")) == ["mine.ipynb", "new.ipynb", "torn.ipynb"]

    def test_a_missing_folder_needs_no_pruning(self, tmp_path: Path) -> None:
        assert notebooks.prune(tmp_path / "none", older_than_days=1) == []


def test_listing_and_checking_does_not_import_papermill() -> None:
    code = "import sys, workbench.notebooks; sys.exit('papermill' in sys.modules or 'nbformat' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
