"""Definitions that language servers tell: what is asked, what is read, what nobody waits for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from context_side import numbered
from python_side import PythonSide

SERVER = """
local name, answers, more = ...
local function answer(reply)
  if answers == "never" then return end
  if answers == "error" then return reply({ code = -32603, message = "no idea" }) end
  reply(nil, answers)
end
vim.lsp.start({ name = name, root_dir = "/", cmd = function(client)
  local ended = false
  return {
    request = function(method, params, reply)
      if method == "initialize" then
        local able = { definitionProvider = true, positionEncoding = more.encoding }
        reply(nil, { capabilities = able })
      elseif method == "textDocument/definition" then
        local place = params.position
        table.insert(_G.asked, { row = place.line, at = place.character, server = name })
        if more.late == "told" then
          table.insert(_G.late, function() answer(reply) end)
        elseif more.late then
          vim.defer_fn(function() answer(reply) end, more.late)
        else
          answer(reply)
        end
      elseif method == "shutdown" then
        reply(nil, vim.NIL)
      end
      return true, #_G.asked
    end,
    notify = function(method)
      if method == "$/cancelRequest" then _G.cancelled = _G.cancelled + 1 end
      return true
    end,
    is_closing = function() return ended end,
    terminate = function()
      if not ended then client.on_exit(0, 15) end
      ended = true
    end,
  }
end }, { bufnr = 0, reuse_client = function() return false end })
"""
CLIENTS = "#vim.lsp.get_clients()"
READY = "#vim.lsp.get_clients({ method = 'textDocument/definition' })"
STOP = "for _, it in ipairs(vim.lsp.get_clients()) do vim.lsp.stop_client(it.id, true) end"


@pytest.fixture
def at(watched_editor):
    child = watched_editor.child
    child.lua("require('local_llm.context_lsp').cancel()")  # else it is what the next test counts
    child.lua(STOP)
    child.wait_until(lambda: child.lua(f"return {CLIENTS} == 0"), what="no server")
    child.lua("_G.asked, _G.cancelled, _G.late = {}, 0, {}")
    child.command("messages clear")
    watched_editor.starts_over()
    return watched_editor


@pytest.fixture
def child(at):
    return at.child


@pytest.fixture
def source(at, project):
    """Return the file that is edited."""
    return at.edit(project / "a.py", numbered(9))


def serve(at, answers, name="fake", **more):
    """Start a language server that answers so, at once or `late` (ms; "told": by `_G.late`)."""
    count = at.child.lua(f"return {READY}")
    at.child.lua(SERVER, name, answers, more)
    at.child.wait_until(lambda: at.child.lua(f"return {READY}") > count, what="a server")


def insert(at, line="call(some_name)", keys="A"):
    """Replace the cursor's line, and enter and leave insert mode; return what was asked."""
    at.child.lua("_G.asked = {}")
    at.child.lua("vim.api.nvim_set_current_line(...)", line)
    at.type(f"{keys}<Esc>")
    return at.child.lua("return _G.asked")


def library(project, name="lib.py", count=500):
    file = project / "lib" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(numbered(count, name)))
    return file


def lands(file, row, whole=None):
    """Return a Location, or where `whole` says what belongs to the definition, a LocationLink."""
    uri = file if isinstance(file, str) else file.as_uri()
    place = {"start": {"line": row, "character": 4}, "end": {"line": row, "character": 9}}
    if whole is None:
        return {"uri": uri, "range": place}
    first, last = whole
    around = {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 1}}
    return {"targetUri": uri, "targetRange": around, "targetSelectionRange": place}


# -- what is read --------------------------------------------------------------------------------

LANDINGS = {
    "a Location": (100, None, 92, 140),
    "at the top": (2, None, 0, 42),
    "at the end": (490, None, 482, 500),
    "a LocationLink": (100, (98, 110), 90, 111),
    "of one line": (100, (100, 100), 92, 101),
    "a whole class": (100, (99, 400), 91, 155),
    "far below its start": (300, (99, 400), 292, 356),
}


@pytest.mark.parametrize("form", ["one", "list"])
@pytest.mark.parametrize("case", LANDINGS)
def test_a_definition_in_a_file_is_read(at, project, source, case, form):
    row, whole, first, stop = LANDINGS[case]
    file = library(project)
    landing = lands(file, row, whole)
    serve(at, landing if form == "one" else [landing, lands(source, 7)])
    insert(at)
    assert at.wait() == [
        {
            "name": "context",
            "kind": "definition",
            "path": str(file),
            "root": str(project),
            "filetype": "python",
            "text": "\n".join(numbered(500, "lib.py")[first:stop]),
        }
    ]


@pytest.mark.usefixtures("source")
def test_a_definition_in_a_buffer_is_read_as_it_stands_there(at, child, project):
    file = library(project)
    child.command(f"noautocmd edit {file} | call setline(101, 'new text') | buffer a.py")
    at.forget()
    serve(at, [lands(file, 100)])
    insert(at)
    assert "\nnew text\n" in at.sent()[0]["text"]


@pytest.mark.parametrize("ending", ["\n", "", "\n\n", "\r\n"])
def test_the_end_of_a_file_is_read_whatever_it_is(at, project, source, ending):
    file = library(project, count=20)
    file.write_bytes(file.read_bytes() + ending.encode())
    serve(at, [lands(file, 19)])
    insert(at)
    assert at.wait()[0]["text"].rstrip("\r\n").endswith("\nlib.py 19")


def test_a_file_that_is_not_utf8_is_read(at, child, project, source):
    file = project / "latin.py"
    file.write_bytes("größe = 1\n".encode("latin-1"))
    serve(at, [lands(file, 0)])
    insert(at)
    child.wait_until(lambda: child.lua("return #_G.sent"), what="a piece")
    assert child.lua(r"return _G.sent[1].text == 'gr\246\223e = 1'")


@pytest.mark.parametrize(("row", "count"), [(3, 0), (128, 0), (129, 1), (400, 1)])
def test_only_what_is_far_away_is_taken_from_the_same_file(at, project, row, count):
    file = at.edit(project / "a.py", numbered(500))
    serve(at, [lands(file, row)])
    insert(at)
    assert len(at.sent()) == count


def test_a_project_with_options_of_its_own_judges_its_files(at, tmp_path, source):
    file = library(tmp_path / "other" / "src")
    (tmp_path / "other" / "local-llm.toml").touch()
    serve(at, [lands(file, 100)])
    insert(at)
    assert at.wait()[0]["root"] == str(tmp_path / "other")


def test_each_place_is_sent_once(at, project, source):
    one = library(project, "one.py")
    serve(at, [lands(one, 100)])
    assert len(insert(at, "some(names, here)")) == 3
    at.wait()
    assert len(at.sent()) == 1


def test_long_lines_are_cut_around_the_name(at, project, source):
    file = project / "long.py"
    file.write_text("".join(f"{n}{'x' * 2000}\n" for n in range(50)))
    serve(at, [lands(file, 30)])
    insert(at)
    rows = [line[:2] for line in at.wait()[0]["text"].split("\n")]
    assert rows == ["28", "29", "30", "31"]


def broken_files(project):
    """Make what nobody should open, or that has nothing to say."""
    os.mkfifo(project / "pipe")
    (project / "folder").mkdir()
    (project / "empty").touch()
    (project / "huge").write_bytes(b"x = 1\n" * 50_000)
    (project / "binary").write_bytes(b"a\0b\n" * 20)
    (project / "blank").write_bytes(b" \n" * 20)
    (project / "endless").write_bytes(b"x" * 100_000)
    (project / "short").write_text("a = 1\n")
    names = ("pipe", "folder", "empty", "huge", "binary", "blank", "endless", "missing")
    return [lands(project / name, 0) for name in names] + [lands(project / "short", 5)]


def test_only_readable_regular_files_of_moderate_size_are_read(at, child, project, source):
    good = library(project)
    for landing in [*broken_files(project), lands(Path("/dev/zero"), 0)]:
        serve(at, landing)
    serve(at, [lands(good, 100)])
    insert(at)
    assert [piece["path"] for piece in at.wait()] == [str(good)]
    assert child.messages() == []


PLACE = lands("file:///x", 1)["range"]
UNUSABLE = {
    "nothing": [],
    "a word": "no",
    "a number in a list": [1],
    "an archive": lands("jdt://contents/some.class", 1),
    "a relative path": lands("file://a.py", 1),
    "a path with a line break": lands("file:///a%0Ab", 1),
    "a path with a NUL": lands("file:///etc/hostname%00.py", 1),
    "a number for a path": {"uri": 1, "range": PLACE},
    "no range": {"uri": "file:///etc/hostname"},
    "a negative row": lands("file:///etc/hostname", -1),
    "half a row": lands("file:///etc/hostname", 0.5),
    "an enormous row": lands("file:///etc/hostname", 1 << 60),
    "a word for a row": lands("file:///etc/hostname", "no"),
    "a link without its range": {"targetUri": "file:///etc/hostname", "targetRange": PLACE},
}


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("case", UNUSABLE)
def test_an_answer_that_makes_no_sense_is_left_out(at, child, case):
    serve(at, UNUSABLE[case])
    assert insert(at)
    assert at.sent() == []
    assert child.messages() == []


# -- when it comes -------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [40, 120])
def test_an_answer_is_taken_whenever_it_comes(at, project, source, late):
    serve(at, [lands(library(project), 100)], late=late)
    insert(at)
    assert len(at.wait()) == 1


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("answers", ["never", "error"])
def test_a_server_that_knows_nothing_costs_nothing(at, child, answers):
    serve(at, answers)
    insert(at, "one(two")
    child.type("A, three")
    child.wait_until(lambda: child.buffer()[0] == "one(two, three")
    assert at.sent() == []
    assert child.messages() == []
    child.type("<Esc>")


@pytest.mark.usefixtures("source")
def test_a_question_without_an_answer_is_taken_back(at, child):
    serve(at, "never")
    assert len(insert(at, "first(second)")) == 2
    asked = 2 + len(insert(at, "another"))
    assert child.lua("return _G.cancelled") >= 2  # somebody types elsewhere
    child.wait_until(lambda: child.lua("return _G.cancelled") == asked, what="the time limit")


def test_an_answer_to_a_question_taken_back_is_dropped(at, child, project, source):
    serve(at, [lands(library(project), 100)], late="told")
    insert(at, "first")
    insert(at, "second")
    child.lua("_G.late[1]()")
    assert at.sent() == []
    child.lua("_G.late[2]()")
    at.wait()


def test_a_buffer_that_is_gone_gets_no_definitions(at, child, project, source):
    serve(at, [lands(library(project), 100)], late="told")
    insert(at)
    child.command("bwipeout!")
    child.lua("for _, tell in ipairs(_G.late) do tell() end")
    assert at.sent() == []
    assert child.messages() == []


# -- what is asked -------------------------------------------------------------------------------

LINES = {
    "nearest first, four at most": ("one two five four seven", "7l i", [8, 4, 13, 0]),
    "each name once": ("name = name + name", "A", [14]),
    "short ones say nothing": ("i = os.a", "A", []),
    "words of the language": ("return function(thing, None)", "A", [16]),
    "capital words of the language": ("RETURN Thing", "A", [7]),
    "no numbers": ("x = 0x1Fabc + 12abc", "A", []),
    "no text in quotes": ("call('some text', \"more\") # comment", "A", [0]),
    "names of other scripts": ("größe(wert)", "A", [6, 0]),
}


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("case", LINES)
def test_names_on_the_line_are_asked_for(at, case):
    line, keys, columns = LINES[case]
    serve(at, "never")
    asked = insert(at, line, "0" + keys.replace(" ", ""))
    assert [place["at"] for place in asked] == columns


@pytest.mark.usefixtures("source")
def test_then_those_on_the_line_above(at, child):
    serve(at, "never")
    child.command("call setline(1, 'above = thing') | 2")
    asked = insert(at, "here")
    assert [(place["row"], place["at"]) for place in asked] == [(1, 0), (0, 8), (0, 0)]
    child.command("1")
    assert [place["row"] for place in insert(at, "here")] == [0]


ENCODINGS = {"utf-8": 10, "utf-16": 7, "utf-32": 6}


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_columns_are_counted_as_the_server_counts(at, encoding):
    serve(at, "never", encoding=encoding)
    asked = insert(at, "'🎉ü'; name")
    assert asked[0]["at"] == ENCODINGS[encoding]


@pytest.mark.usefixtures("source")
def test_a_parser_that_colours_the_buffer_tells_names_from_words(at, child):
    child.command("setfiletype lua")
    child.lua("vim.treesitter.start(0, 'lua')")
    line = "local match = other.with -- comment"
    serve(at, "never")
    at.child.lua("vim.api.nvim_set_current_line(...)", line)
    child.lua("vim.treesitter.get_parser(0, 'lua'):parse()")
    assert [place["at"] for place in insert(at, line)] == [20, 14, 6]
    child.lua("vim.treesitter.stop(0)")


@pytest.mark.usefixtures("source")
def test_every_server_is_asked(at):
    serve(at, "never", name="first")
    serve(at, "never", name="second")
    asked = insert(at, "name")
    assert {place["server"] for place in asked} == {"first", "second"}


@pytest.mark.usefixtures("source")
def test_nobody_is_asked_about_an_endless_line(at):
    serve(at, "never")
    assert insert(at, "name " * 1000) == []


@pytest.mark.usefixtures("source")
@pytest.mark.parametrize("why", ["_G.running = false", "vim.bo.filetype = 'gitcommit'"])
def test_nobody_is_asked_where_it_is_of_no_use(at, child, why):
    serve(at, "never")
    child.lua(why)
    assert insert(at) == []


def test_the_first_time_in_insert_mode_counts(editor, project):
    file = project / "a.py"
    file.write_text("some_name\n")
    child = editor(setup={}, args=[file])
    PythonSide(child)
    child.lua("require('local_llm.host').running = function() return true end")
    child.lua("_G.asked, _G.cancelled = {}, 0")
    child.lua(SERVER, "fake", "never", {})
    child.wait_until(lambda: child.lua(f"return {READY} > 0"), what="a server")
    child.type("A")
    child.wait_until(lambda: child.lua("return #_G.asked") == 1, what="a question")
