"""What `.gitignore` files say: by tables, and by what git itself says of the same tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from local_llm.features.disk import Disk
from local_llm.guard.ignore import IgnoreFile
from local_llm.guard.ignored import EXCLUDE, Ignored

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def says(text, name, *, folder=False):
    """Return whether a name is hidden: True, False for an exception, None where nothing is said."""
    line = IgnoreFile(text).verdict(name, folder=folder)
    return None if line is None else not line.keeps


NAMES = [
    ("*.log", "a.log", True),
    ("*.log", "sub/a.log", True),
    ("*.log", "a.log.txt", None),
    ("*.log", "A.LOG", None),
    ("/a", "a", True),
    ("/a", "sub/a", None),
    ("a/b", "a/b", True),
    ("a/b", "x/a/b", None),
    ("a", "a/b", None),
    ("a/", "a", None),
    ("a//", "a", None),
    ("**/b", "b", True),
    ("**/b", "x/y/b", True),
    ("a/**", "a", None),
    ("a/**", "a/b/c", True),
    ("a/**/b", "a/b", True),
    ("a/**/b", "a/x/y/b", True),
    ("a/**/b", "a/x/y/bc", None),
    ("*", "x/y", True),
    ("/*", "x", True),
    ("/*", "x/y", None),
    ("**", "x/y", True),
    ("a*c", "a/c", None),
    ("a?c", "a/c", None),
    ("a[!b]c", "a/c", None),
    ("a[!b]c", "axc", True),
    ("a[^b]c", "abc", None),
    ("[a-c]x", "bx", True),
    ("[[:digit:]]x", "7x", True),
    ("[[:digit:]]x", "xx", None),
    ("[[:space:]]x", " x", True),
    ("[a", "[a", None),
    ("gr?ße", "größe", None),
    ("gr??ße", "größe", True),
    ("# a", "# a", None),
    (r"\# a", "# a", True),
    ("!a", "a", False),
    ("!!a", "!a", False),
    (r"\!a", "!a", True),
    ("a  ", "a", True),
    ("a\\ ", "a ", True),
    ("a\\   ", "a ", True),
    (" a", " a", True),
    (" a", "a", None),
    ("a\t", "a\t", True),
    ("a\t", "a", None),
    ("[ab]\t", "b\t", True),
    ("[a\t", "a", None),
    ("a\r", "a", True),
    ("\ufeffa", "a", True),
    ("a\\", "a\\", None),
    ("", "a", None),
    ("/", "a", None),
    ("!", "a", None),
    ("!/", "a", None),
    ("größe", "größe", True),
    ("\udcff*", "\udcffx", True),
    ("a.b", "axb", None),
    ("(a|b)+$", "(a|b)+$", True),
    ("x\ny", "y", True),
]


@pytest.mark.parametrize(("text", "name", "said"), NAMES)
def test_a_name(text, name, said):
    assert says(text, name) is said


def test_a_final_slash_is_about_folders():
    assert says("a/", "sub/a", folder=True) is True
    assert says("**/", "a", folder=True) is True
    assert says("**/", "a") is None


def test_the_last_line_that_fits_decides_and_is_named():
    text = "*.log\n!keep.log\nkeep.*\n!keep.log/\n"
    assert IgnoreFile(text).verdict("a.log", folder=False).text == "*.log"
    assert IgnoreFile(text).verdict("keep.log", folder=False).text == "keep.*"
    assert IgnoreFile(text).verdict("keep.log", folder=True).keeps


def test_a_line_that_nobody_can_read_hides_everything():
    assert says("[[:punct:]]x", "anything") is True
    assert says("[z-a]", "anything") is True
    assert says("a\n![[:punct:]]x", "a") is True


def test_a_hostile_pattern_costs_no_time():
    text = "\n".join(["*a" * 60 + "b", "**/" * 100 + "x", "/".join(["**", "*a*a*a*a*b"] * 30)])
    assert says(text, "/".join(["a" * 200] * 20)) is None


# -- a tree of files -----------------------------------------------------------------------------


class Tree:
    """Files in memory that fulfil guard.files.Files, and how often each was read."""

    def __init__(self, files, links=None):
        from local_llm.guard.files import Stamp

        self.files = dict(files)
        self.links = links or {}
        self.reads = []
        self.changed = dict.fromkeys(files, 1)
        self._stamp = Stamp

    def resolve(self, path):
        for link, target in self.links.items():
            if path == link or path.startswith(f"{link}/"):
                return target + path[len(link) :]
        return path

    def stamp(self, path):
        path = self.resolve(path)
        if path in self.files:
            return self._stamp(False, 1, self.changed.get(path, 1), 1)
        below = any(name.startswith(f"{path.rstrip('/')}/") for name in self.files)
        return self._stamp(True, 0, 1, 1) if below else None

    def read(self, path):
        self.reads.append(path)
        content = self.files[self.resolve(path)]
        if isinstance(content, OSError):
            raise content
        return content


GIT = {"/p/.git/HEAD": "ref"}


def ours(files, path, root="/p"):
    return Ignored(Tree(GIT | files)).by_us(path, root)


def theirs(files, path, root="/p"):
    return Ignored(Tree(GIT | files)).by_all(path, root)


def test_the_file_and_the_line_are_named():
    files = {"/p/sub/.gitignore": "# secrets\n*.sql\n"}
    assert theirs(files, "/p/sub/deep/a.sql") == "sub/.gitignore has *.sql"
    assert theirs(files, "/p/a.sql") is None
    assert ours({"/p/.local-llm-ignore": "/inner/\n"}, "/p/inner/a") == (
        ".local-llm-ignore has /inner/"
    )


def test_the_deeper_file_wins_for_a_name_but_not_below_a_hidden_folder():
    files = {"/p/.gitignore": "*.sql\nbuild\n", "/p/sub/.gitignore": "!*.sql\n"}
    assert theirs(files, "/p/sub/a.sql") is None
    assert theirs(files, "/p/a.sql") == ".gitignore has *.sql"
    files |= {"/p/build/.gitignore": "!*\n"}
    assert theirs(files, "/p/build/a.c") == ".gitignore has build"


def test_an_exception_for_a_folder_is_none_for_what_another_file_says_of_a_name_in_it():
    files = {"/p/.gitignore": "d\nx\n", "/p/a/.gitignore": "!d\n"}
    assert theirs(files, "/p/a/d/x") == ".gitignore has x"
    assert theirs(files, "/p/a/d/y") is None


def test_the_repositorys_own_excludes_are_weakest():
    files = {f"/p/{EXCLUDE}": "*.sql\n"}
    assert theirs(files, "/p/a.sql") == f"{EXCLUDE} has *.sql"
    assert theirs(files | {"/p/.gitignore": "!*.sql\n"}, "/p/a.sql") is None


def test_another_work_tree_has_the_excludes_of_the_first():
    files = {
        "/w/.git": "gitdir: /p/.git/worktrees/w\n",
        "/p/.git/worktrees/w/commondir": "../..\n",
        f"/p/{EXCLUDE}": "*.sql\n",
    }
    assert theirs(files, "/w/a.sql", "/w") == f"{EXCLUDE} has *.sql"


def test_a_repository_inside_another_has_its_own_lists_only():
    files = {"/p/.gitignore": "*\n", "/p/inner/.git/HEAD": "ref", "/p/inner/.gitignore": "*.sql\n"}
    assert theirs(files, "/p/inner/a.c") is None
    assert theirs(files, "/p/inner/a.sql") == ".gitignore has *.sql"


def test_without_git_its_lists_count_from_the_root():
    tree = Ignored(Tree({"/q/.gitignore": "*.sql\n", "/q/sub/x": ""}))
    assert tree.by_all("/q/sub/a.sql", "/q") == ".gitignore has *.sql"
    assert tree.by_all("/q/sub/a.sql", "") is None
    assert tree.by_all("/elsewhere/a.sql", "/q") is None


def test_ours_counts_from_the_higher_of_git_and_the_root():
    files = {"/p/.local-llm-ignore": "*.sql\n", "/q/inner/.git/HEAD": "", "/q/x": ""}
    assert ours(files, "/p/sub/a.sql", "/p/sub") == ".local-llm-ignore has *.sql"
    files = {"/q/.local-llm-ignore": "*.sql\n", "/q/inner/.git/HEAD": ""}
    assert ours(files, "/q/inner/a.sql", "/q") == ".local-llm-ignore has *.sql"
    assert ours(files, "/q/inner/a.sql", "/q/inner") is None
    assert ours({"/tmp/.local-llm-ignore": "a\n"}, "/tmp/a", "") == ".local-llm-ignore has a"


def test_an_exception_of_ours_opens_what_gits_list_hides_but_not_the_users_own_excludes():
    files = {"/p/.gitignore": "vendor\n", "/p/.local-llm-ignore": "!vendor/\nvendor/*.key\n"}
    assert theirs(files, "/p/vendor/lib/a.c") is None
    assert ours(files, "/p/vendor/a.key") == ".local-llm-ignore has vendor/*.key"
    files |= {f"/p/{EXCLUDE}": "*.sql\n"}
    assert theirs(files, "/p/vendor/a.sql") == f"{EXCLUDE} has *.sql"


def test_a_list_that_cannot_be_read_hides_everything():
    files = {"/p/sub/.local-llm-ignore": OSError("larger than 256 KiB")}
    assert ours(files, "/p/sub/a") == "sub/.local-llm-ignore cannot be read"
    assert ours(files, "/p/a") is None


def test_a_list_is_read_once_and_again_when_it_has_changed():
    tree = Tree(GIT | {"/p/.local-llm-ignore": "*.sql\n"})
    ignored = Ignored(tree)
    for _ in range(3):
        assert ignored.by_us("/p/a.sql", "/p")
    assert tree.reads == ["/p/.local-llm-ignore"]
    tree.files["/p/.local-llm-ignore"] = "*.txt\n"
    tree.changed["/p/.local-llm-ignore"] = 2
    assert ignored.by_us("/p/a.sql", "/p") is None


# -- git itself ----------------------------------------------------------------------------------


def git(folder, *arguments, **more):
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", "-c", "core.excludesFile=", *arguments],
        cwd=folder,
        env=env,
        capture_output=True,
        check=False,
        **more,
    )


def hidden_by_git(folder, names):
    """Return those of the names that git ignores, whether it tracks them or not."""
    joined = os.fsencode("\0".join(names))
    done = git(folder, "check-ignore", "--no-index", "-z", "--stdin", input=joined)
    assert done.returncode in (0, 1), done.stderr
    return {name for name in os.fsdecode(done.stdout).split("\0") if name}


def hidden_by_us(folder, names):
    ignored = Ignored(Disk())
    return {name for name in names if ignored.by_all(f"{folder}/{name}", str(folder)) is not None}


PARTS = ["a", "b", "ab", "a.b", "!a", "#a", " a", "a ", "[a]", "a\\", "ü"]
TREE = [*PARTS, *(f"{one}/{two}" for one in PARTS[:6] for two in PARTS[:6]), "a/b/a", "b/ab/a/b"]
TREE += ["a/b/ab/a.b", "b/a/a/a", "ab/a/b/a"]
PIECES = ["a", "b", "ab", "*", "?", "**", "/", "/", ".", "!", "#", " ", "\\", "[ab]", "[!a]", "[a"]
PIECES += ["[^b]", "a/b", "**/", "/**", "\t", "ü"]
# git before 2.41 reads two stars that are no whole part by what lies before the pattern in memory;
# what nobody writes into a class (a slash, a bracket) pathspec does not read as git does.
ODD = re.compile(r"[^/]\*\*|\*\*[^/]|\[[^]]*[/[]|\\\[")
LINES = (
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=5)
    .map("".join)
    .filter(lambda line: not ODD.search(line.removeprefix("!")))
)
LISTS = st.lists(LINES, max_size=5).map("\n".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A repository with the folders of TREE in it."""
    folder = tmp_path_factory.mktemp("repository")
    assert git(folder, "init", "--quiet").returncode == 0
    for name in TREE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
    return folder


@needs_git
@examples(max_examples=150)
@given(top=LISTS, inner=LISTS, exclude=LISTS)
def test_git_says_the_same(repository, top, inner, exclude):
    lists = {".gitignore": top, "a/.gitignore": inner, EXCLUDE: exclude}
    for name, text in lists.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    names = [name for name in TREE if not (repository / name).is_dir()]
    assert hidden_by_us(repository, names) == hidden_by_git(repository, names), lists


@needs_git
@pytest.mark.parametrize(("text", "name", "said"), NAMES)
def test_git_says_the_same_of_the_table(tmp_path, text, name, said):
    assert git(tmp_path, "init", "--quiet").returncode == 0
    Path(tmp_path, ".gitignore").write_bytes(os.fsencode(text))
    assert hidden_by_us(tmp_path, [name]) == hidden_by_git(tmp_path, [name])
