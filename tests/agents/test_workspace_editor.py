"""The editor of a directory changes whole files below it, and nothing when it refuses."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agents.errors import PatchRefused, UserError
from bot.agents.tools.apply_patch import ApplyPatchOperation, ApplyPatchResult
from bot.agents.tools.workspace_editor import WorkspaceEditor


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory with a file in it, and a file outside."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.txt").write_text("one\ntwo\n")
    (tmp_path / "outside.txt").write_text("outside\n")
    return root


@pytest.fixture
def editor(root: Path) -> WorkspaceEditor:
    return WorkspaceEditor(root)


def create(path: str, diff: str = "+new\n+\n") -> ApplyPatchOperation:
    return ApplyPatchOperation("create_file", path, diff)


def update(path: str, diff: str = "-two\n+2\n") -> ApplyPatchOperation:
    return ApplyPatchOperation("update_file", path, diff)


def delete(path: str) -> ApplyPatchOperation:
    return ApplyPatchOperation("delete_file", path)


def files(directory: Path) -> dict[str, bytes | None]:
    """All that is in a directory, by path; a file with what it holds."""
    return {
        str(path.relative_to(directory)): path.read_bytes() if path.is_file() and not path.is_symlink() else None
        for path in sorted(directory.rglob("*"))
    }


def test_a_file_is_created_with_the_directories_it_needs(editor: WorkspaceEditor, root: Path):
    assert editor.create_file(create("src/deep/b.txt")) == ApplyPatchResult("completed", "Created src/deep/b.txt.")
    assert (root / "src/deep/b.txt").read_bytes() == b"new\n"


def test_a_file_is_updated_and_keeps_its_permissions(editor: WorkspaceEditor, root: Path):
    (root / "a.txt").chmod(0o751)
    assert editor.update_file(update("./a.txt")).status == "completed"
    assert (root / "a.txt").read_bytes() == b"one\n2\n"
    assert stat.S_IMODE((root / "a.txt").stat().st_mode) == 0o751


def test_a_new_file_gets_the_usual_permissions(editor: WorkspaceEditor, root: Path):
    editor.create_file(create("b.txt"))
    (root / "usual").touch()
    assert (root / "b.txt").stat().st_mode == (root / "usual").stat().st_mode


def test_a_file_is_deleted(editor: WorkspaceEditor, root: Path):
    editor.delete_file(delete("a.txt"))
    assert files(root) == {}


def test_line_ends_and_a_missing_final_newline_are_kept(editor: WorkspaceEditor, root: Path):
    (root / "dos.txt").write_bytes("eins\r\nzwö".encode())
    editor.update_file(update("dos.txt", " eins\n-zwö\n+zwei\n+drei\n"))
    assert (root / "dos.txt").read_bytes() == b"eins\r\nzwei\r\ndrei"


def make_odd(root: Path) -> None:
    """Things that an operation must not follow, open or change."""
    (root / "sub").mkdir()
    (root / "sub" / "kept").touch()
    (root / "link").symlink_to("../outside.txt")
    (root / "inner").symlink_to("a.txt")
    (root / "dangling").symlink_to("../new.txt")
    (root / "out").symlink_to("..")
    (root / "loop").symlink_to("loop")
    (root / "bin").write_bytes(b"one\xff\n")
    os.mkfifo(root / "fifo")


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../outside.txt", "is outside"),
        ("sub/../../outside.txt", "is outside"),
        ("sub/../a.txt", "is outside"),
        ("/etc/passwd", "is outside"),
        ("out/outside.txt", "behind a symbolic link"),
        ("out/root/a.txt", "behind a symbolic link"),
        ("loop/a.txt", "behind a symbolic link"),
        ("a.txt/b", "or behind a file"),
        ("", "is the path of a directory"),
        (".", "is the path of a directory"),
        ("sub/", "is the path of a directory"),
        ("a\0.txt", "characters that cannot be seen"),
        ("a\n.txt", "characters that cannot be seen"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}txt.a", "characters that cannot be seen"),
        ("\ud800", "characters that cannot be seen"),
        ("/".join("a" * 65), "more than 64 levels"),
    ],
)
def test_a_path_that_is_not_plainly_below_the_directory_is_refused(
    editor: WorkspaceEditor, root: Path, path: str, why: str
):
    make_odd(root)
    before = files(root.parent)
    for change in (
        lambda: editor.create_file(create(path)),
        lambda: editor.update_file(update(path)),
        lambda: editor.delete_file(delete(path)),
    ):
        with pytest.raises(PatchRefused, match=why):
            change()
    assert files(root.parent) == before


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (create("a.txt"), "exists already"),
        (create("sub"), "exists already"),
        (create("dangling"), "exists already"),
        (create("fifo"), "exists already"),
        (create("x" * 256), "File name too long"),
        (create("new/" + "x" * 256), "File name too long"),
        (create("new/deep/b.txt", "+" + "x" * 1001), "would be larger than 1000 bytes"),
        (create("b.txt", "+\ud800"), "half of a character"),
        (create("b.txt", "new"), "does not begin with +"),
        (update("b.txt"), "does not exist"),
        (update("no/b.txt"), "does not exist"),
        (update("sub"), "no regular file"),
        (update("link", "-outside\n"), "no regular file"),
        (update("inner"), "no regular file"),
        (update("fifo"), "no regular file"),
        (update("bin", " one\n"), "no text in UTF-8"),
        (update("a.txt", "-one\n@@\n-three\n"), "Hunk 2 .line 2 of the diff. wants `three`"),
        (update("a.txt", "-one\n+" + "x" * 1000), "would be larger than 1000 bytes"),
        (update("large", "-one\n"), "is larger than 1000 bytes"),
        (delete("b.txt"), "does not exist"),
        (delete("sub"), "no regular file"),
        (delete("link"), "no regular file"),
    ],
)
def test_nothing_is_changed_when_an_operation_is_refused(root: Path, operation: ApplyPatchOperation, why: str):
    make_odd(root)
    (root / "large").write_text("one\n" * 300)
    before = files(root.parent)
    editor = WorkspaceEditor(root, most_bytes=1000)
    methods = {"create_file": editor.create_file, "update_file": editor.update_file, "delete_file": editor.delete_file}
    with pytest.raises(PatchRefused, match=why):
        methods[operation.type](operation)
    assert files(root.parent) == before


def test_a_file_outside_that_is_the_same_file_by_another_name_is_left_alone(editor: WorkspaceEditor, root: Path):
    os.link(root.parent / "outside.txt", root / "hard.txt")
    editor.update_file(update("hard.txt", "-outside\n+inside\n"))
    assert (root / "hard.txt").read_text() == "inside\n"
    assert (root.parent / "outside.txt").read_text() == "outside\n"


def test_the_directory_itself_may_be_a_link_and_must_be_there(root: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(root)
    WorkspaceEditor(tmp_path / "link").update_file(update("a.txt"))
    assert (root / "a.txt").read_text() == "one\n2\n"
    with pytest.raises(UserError, match="is no directory"):
        WorkspaceEditor(tmp_path / "nowhere")


def test_a_file_that_cannot_be_written_stays_as_it_was(root: Path):
    """The process may write no file of more than 50 bytes, as with a full disk."""
    script = (
        "import resource\n"
        "from bot.agents.tools.apply_patch import ApplyPatchOperation\n"
        "from bot.agents.errors import PatchRefused\n"
        "from bot.agents.tools.workspace_editor import WorkspaceEditor\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (50, 50))\n"
        "try:\n"
        f"    operation = ApplyPatchOperation('update_file', 'a.txt', '-two\\n+' + 'x' * 100)\n"
        f"    WorkspaceEditor({str(root)!r}).update_file(operation)\n"
        "except PatchRefused as refused:\n"
        "    print(refused)\n"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60).stdout
    assert "'a.txt' cannot be changed: File too large. Nothing was changed." in told
    assert files(root) == {"a.txt": b"one\ntwo\n"}


def at_once(*works: Callable[[], None]) -> Iterator[None]:
    """Each of the works in a thread, again and again, until the caller has done its own."""
    over = threading.Event()

    def again(work: Callable[[], None]) -> None:
        while not over.is_set():
            work()

    threads = [threading.Thread(target=again, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_a_link_that_comes_between_check_and_use_leads_nowhere(editor: WorkspaceEditor, root: Path, tmp_path: Path):
    outside = tmp_path / "secret"
    outside.mkdir()
    (outside / "a.txt").write_text("one\ntwo\n")
    sub, aside = root / "sub", root / "aside"
    sub.mkdir()

    def swap() -> None:
        with suppress(OSError):  # a directory was made in its place meanwhile
            sub.rename(aside)
            sub.symlink_to(outside)
            sub.unlink()
        if aside.exists():
            shutil.rmtree(sub, ignore_errors=True)
            with suppress(OSError):
                aside.rename(sub)
        time.sleep(0.0005)

    done = 0
    for _ in at_once(swap):
        for number in range(300):
            for change in (
                lambda number=number: editor.create_file(create(f"sub/{number}.txt", "+one\n+two\n+")),
                lambda number=number: editor.update_file(update(f"sub/{number}.txt")),
                lambda: editor.update_file(update("sub/a.txt")),
                lambda number=number: editor.delete_file(delete(f"sub/{number}.txt")),
            ):
                with suppress(PatchRefused, FileNotFoundError):  # its directory may be removed
                    change()
                    done += 1
    assert done > 10
    assert files(outside) == {"a.txt": b"one\ntwo\n"}


def test_a_reader_sees_a_file_as_it_was_or_as_it_is_to_be(editor: WorkspaceEditor, root: Path):
    seen: set[str] = set()
    small, large = "two\n", "2\n" * 20_000
    (root / "a.txt").write_text(small)
    grow = update("a.txt", "-two\n" + "+2\n" * 20_000)
    shrink = update("a.txt", "-2\n" * 20_000 + "+two\n")
    for _ in at_once(lambda: seen.add((root / "a.txt").read_text())):
        for _ in range(30):
            editor.update_file(grow)
            editor.update_file(shrink)
    assert seen <= {small, large}
    assert files(root).keys() == {"a.txt"}


def test_changes_of_one_file_at_the_same_time_are_all_made(editor: WorkspaceEditor, root: Path):
    (root / "a.txt").write_text("".join(f"{number}\n" for number in range(40)))
    threads = [
        threading.Thread(target=editor.update_file, args=[update("a.txt", f"-{number}\n+{number} done\n")])
        for number in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (root / "a.txt").read_text() == "".join(f"{number} done\n" for number in range(40))


def test_a_change_by_somebody_else_meanwhile_is_not_lost(editor: WorkspaceEditor, root: Path):
    (root / "a.txt").write_text("two\n" + "x\n" * 100_000)

    def append() -> None:
        with (root / "a.txt").open("a") as file:
            file.write("theirs\n")

    def until_refused() -> None:
        for _ in range(50):
            editor.update_file(update("a.txt", "-two\n+two\n"))

    for _ in at_once(append):
        with pytest.raises(PatchRefused, match="changed by somebody else meanwhile"):
            until_refused()


@given(st.text(max_size=20), st.sampled_from(["create_file", "update_file", "delete_file"]))
def test_no_path_does_anything_outside(tmp_path_factory: pytest.TempPathFactory, path: str, kind: str):
    top = tmp_path_factory.mktemp("top")
    root = top / "root"
    root.mkdir()
    editor = WorkspaceEditor(root)
    with suppress(PatchRefused):
        if kind == "create_file":
            editor.create_file(create(path))
        elif kind == "update_file":
            editor.update_file(update(path))
        else:
            editor.delete_file(delete(path))
    assert [each.name for each in top.iterdir()] == ["root"]
