""":LocalWtfSearch: nothing leaves before it was shown and allowed, and then only as an address.

`vim.ui.open`, `vim.ui.input` and `vim.ui.select` are replaced by ones that record what they are
asked, and answer as planned; Python is the real one.
"""

from __future__ import annotations

import stat
from urllib.parse import parse_qs, urlsplit

import pytest

from person import Person

STUBS = """
_G.seen = { open = {}, input = {}, select = {}, process = {} }
_G.plan = ...
vim.ui.open = function(url)
  table.insert(_G.seen.open, url)
  if _G.plan.raise then error(_G.plan.raise) end
  if _G.plan.status then
    return vim.system({ "sh", "-c", "exit " .. _G.plan.status }, { detach = true }), nil
  end
  return nil, _G.plan.fault
end
vim.ui.input = function(options, done)
  table.insert(_G.seen.input, options)
  if _G.plan.cancel then return done(nil) end
  done(_G.plan.edited or options.default)
end
vim.ui.select = function(items, options, done)
  local labels = vim.tbl_map(options.format_item or tostring, items)
  table.insert(_G.seen.select, { prompt = options.prompt, labels = labels })
  for i, label in ipairs(labels) do
    for _, wanted in ipairs(_G.plan.choose or {}) do
      if label:find(wanted, 1, true) then return done(items[i], i) end
    end
  end
  done(nil, nil)
end
"""
# Whatever could start a process; the host runs already.
WATCH = """
local starters = {
  { vim.fn, "system" }, { vim.fn, "systemlist" }, { vim.fn, "jobstart" }, { vim.fn, "termopen" },
  { vim, "system" }, { vim.uv, "spawn" }, { os, "execute" }, { io, "popen" },
}
for _, starter in ipairs(starters) do
  local place, name = unpack(starter)
  starter[3] = place[name]
  place[name] = function()
    table.insert(_G.seen.process, name)
    error("no process")
  end
end
_G.restore = function()
  for _, starter in ipairs(starters) do
    starter[1][starter[2]] = starter[3]
  end
end
"""
SET = """
local items = ...
local space = vim.api.nvim_create_namespace("test_search")
vim.diagnostic.set(space, 0, items)
"""
ALWAYS, ONCE, NO = "Allow from now on", "Only this time", "No"
MESSAGE = "Cannot find name 'foo' in '/home/x/secret plan.ts'."
ITEM = {"lnum": 0, "col": 0, "message": MESSAGE, "source": "ts", "code": 2304}
QUERY = "ts TS2304 Cannot find name foo in"


class Searching:
    """Someone who searches, and what came of it."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.child = person.child
        self.kept = person.home / "state" / "local-llm" / "search.json"

    def has(self, *items, lines=("one", "two"), plan=None):
        self.person.has(*lines)
        self.plans(**(plan or {}))
        self.child.lua(SET, list(items))

    def plans(self, **plan):
        self.child.lua(STUBS, plan or {"choose": []})

    def runs(self, keys=":LocalWtfSearch<CR>"):
        self.child.type(keys)

    def seen(self, what):
        return list(self.child.lua("return _G.seen[...]", what))

    def waits(self, what, count=1):
        self.child.wait_until(lambda: len(self.seen(what)) >= count, what=f"{count} x {what}")
        return self.seen(what)[count - 1]

    def hears(self, text):
        told = self.child.messages
        self.child.wait_until(lambda: text in "\n".join(told()), what=f"{text!r} in {told()}")

    def has_sent_nothing(self):
        assert self.seen("open") == []


@pytest.fixture
def search(person):
    someone = Searching(person)
    person.sets_up()
    someone.kept.unlink(missing_ok=True)
    return someone


def asked(url):
    """Return what an address asks for."""
    (query,) = parse_qs(urlsplit(url).query, strict_parsing=True)["q"]
    return query


# -- consent -----------------------------------------------------------------------------------


def test_nothing_is_opened_before_it_is_allowed(search):
    search.has(ITEM, plan={"choose": [NO]})
    search.runs()
    question = search.waits("select")
    assert question["prompt"].startswith("Opening a search sends this text to duckduckgo.com.")
    assert question["labels"] == [ALWAYS, ONCE, NO]
    search.hears("nothing was sent")
    search.has_sent_nothing()
    assert not search.kept.exists()
    search.person.is_well()


def test_closing_the_question_is_no(search):
    search.has(ITEM, plan={"choose": ["none of them"]})
    search.runs()
    search.hears("nothing was sent")
    search.has_sent_nothing()


def test_only_this_time_asks_again(search):
    search.has(ITEM, plan={"choose": [ONCE]})
    for count in (1, 2):
        search.runs()
        assert asked(search.waits("open", count)) == QUERY
        assert len(search.seen("select")) == count
    assert not search.kept.exists()


def test_from_now_on_is_kept_and_can_be_taken_back(search, shared_editor):
    search.has(ITEM, plan={"choose": [ALWAYS]})
    search.runs()
    search.waits("open")
    search.child.wait_until(search.kept.exists, what="the file")
    assert stat.S_IMODE(search.kept.stat().st_mode) == 0o600
    search.runs()
    search.waits("open", 2)
    assert len(search.seen("select")) == 1
    search.runs(":LocalWtfSearch google<CR>")  # another host is another question
    search.waits("select", 2)
    search.runs(":LocalWtfSearch!<CR>")
    search.hears("the next search asks again")
    assert not search.kept.exists()
    search.plans(choose=[NO])
    search.runs()
    search.waits("select")
    search.has_sent_nothing()
    search.person.is_well()


def test_what_was_allowed_counts_in_another_editor(editor, home):
    for count in (1, 0):
        someone = Searching(Person(editor(setup={}), home))
        someone.has(ITEM, plan={"choose": [ALWAYS]})
        someone.runs()
        someone.waits("open")
        assert len(someone.seen("select")) == count
        someone.child.wait_until(someone.kept.exists, what="the file")


def test_permission_that_cannot_be_kept_is_told(search):
    search.kept.mkdir(parents=True)
    search.has(ITEM, plan={"choose": [ALWAYS]})
    search.runs()
    search.hears("your permission is not kept")
    search.waits("open")
    search.kept.rmdir()


@pytest.mark.parametrize("allowed", [False, True])
def test_the_health_check_tells_what_was_allowed(search, allowed):
    if allowed:
        search.kept.parent.mkdir(parents=True, exist_ok=True)
        search.kept.write_text('["duckduckgo.com"]')
    search.child.type(":checkhealth local_llm<CR>")
    wanted = (
        "duckduckgo.com; :LocalWtfSearch! takes that back" if allowed else "before you are asked"
    )
    search.child.wait_until(
        lambda: wanted in "\n".join(search.child.buffer()), what=f"{wanted!r} in the report"
    )


# -- what is shown and sent --------------------------------------------------------------------


def test_what_would_be_sent_is_shown_with_its_host_and_what_was_taken_out(search):
    search.has(ITEM, plan={"cancel": True})
    search.runs()
    shown = search.waits("input")
    assert shown["default"] == QUERY
    assert shown["prompt"] == "Search at duckduckgo.com (leaves this machine; taken out: 1 path): "


@pytest.mark.parametrize("plan", [{"cancel": True}, {"edited": ""}, {"edited": " \t\n "}])
def test_cancelling_sends_nothing_and_asks_nothing(search, plan):
    search.has(ITEM, plan=plan | {"choose": [ALWAYS]})
    search.runs()
    search.hears("nothing was sent")
    search.has_sent_nothing()
    assert search.seen("select") == []
    assert not search.kept.exists()


EDITED = [
    ("a b&c=d+e#f", "a%20b%26c%3Dd%2Be%23f"),
    ("größer “als” 日本", "gr%C3%B6%C3%9Fer%20%E2%80%9Cals%E2%80%9D%20%E6%97%A5%E6%9C%AC"),
    ("100% | $(x); `y` {query} %1 'q' \"", None),
    ("-o --x ~/y \\z", "-o%20--x%20~%2Fy%20%5Cz"),
    (" two\nlines\t", "two%20lines"),
]


@pytest.mark.parametrize(("text", "encoded"), EDITED)
def test_the_edited_text_is_what_is_opened(search, text, encoded):
    search.has(ITEM, plan={"choose": [ONCE], "edited": text})
    search.runs()
    url = search.waits("open")
    assert url.isascii()
    assert url.startswith("https://duckduckgo.com/?q=")
    assert asked(url) == " ".join(text.split())
    assert encoded is None or url == f"https://duckduckgo.com/?q={encoded}"


def test_a_text_that_is_too_long_is_refused(search):
    search.has(ITEM, plan={"choose": [ALWAYS], "edited": "x" * 2001})
    search.runs()
    search.hears("too long to search for: 2001 bytes")
    search.has_sent_nothing()


HOSTILE = [
    "'; touch PWNED; echo '",
    "$(touch PWNED) `touch PWNED`",
    "x | !touch PWNED",
    '"; vim.fn.system("touch PWNED")',
    "%! touch PWNED <CR>:!touch PWNED\r",
    "\x1b:!touch PWNED\r",
    "&url=https://evil.example/#",
    "\x1b]0;x\x07\x1b[31m %s %d {query}",
    "a\x00b",
    "https://evil.example/ file:///etc/passwd",
    "x" * 100_000,
    "word $(x) | " * 9_000,
]


@pytest.fixture
def no_process(search):
    """Let nothing start a process from now on, once the host runs."""
    search.has(ITEM, plan={"cancel": True})
    search.runs()
    search.waits("input")
    search.child.lua(WATCH)
    yield
    search.child.lua("_G.restore()")


@pytest.mark.parametrize("message", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_message_starts_nothing_and_is_only_ever_part_of_an_address(
    search, no_process, message
):
    search.has({**ITEM, "message": message, "code": None}, plan={"choose": [ONCE]})
    search.runs()
    url = search.waits("open")
    assert search.seen("process") == []
    assert list(search.person.home.rglob("PWNED*")) == []
    template, _, query = url.partition("?q=")
    assert template == "https://duckduckgo.com/"
    assert set(query) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%")
    assert len(asked(url)) <= 200
    assert asked(url).isprintable()
    assert "evil" not in url
    prompt = search.seen("input")[-1]["prompt"]
    assert "\x1b" not in prompt
    assert len(prompt) < 200


def test_names_of_the_user_do_not_go_out(editor, home):
    child = editor(setup={}, env={"USER": "carlotta", "LOGNAME": "carlotta"})
    someone = Searching(Person(child, home))
    item = {**ITEM, "message": "carlotta: cannot open /home/carlotta/x for getCarlottaName"}
    someone.has(item, plan={"cancel": True})
    someone.runs()
    shown = someone.waits("input")
    assert shown["default"] == "ts TS2304 cannot open for"
    assert "1 path, 2 names" in shown["prompt"]


def test_with_the_editors_own_input_line(search):
    search.has({**ITEM, "message": "100% of größe | x"}, plan={"choose": [ONCE]})
    search.child.lua("vim.ui.input = dofile(vim.env.VIMRUNTIME .. '/lua/vim/ui.lua').input")
    search.runs()
    search.person.reads("(leaves this machine): ts TS2304 100% of größe | x")
    search.child.type(" <LT>CR> y<CR>")
    assert asked(search.waits("open")) == "ts TS2304 100% of größe | x <CR> y"
    search.runs()
    search.person.reads("(leaves this machine): ts TS2304 100% of größe | x")
    search.child.type("<Esc>")
    search.hears("nothing was sent")
    assert len(search.seen("open")) == 1


# -- which diagnostic --------------------------------------------------------------------------


def test_without_a_diagnostic_there_is_a_message(search):
    search.has({**ITEM, "lnum": 1})
    search.runs()
    search.hears("no diagnostic on this line")
    assert search.seen("input") == []


def test_of_several_one_is_chosen_those_under_the_cursor_first(search):
    items = [
        {"lnum": 0, "col": 0, "end_col": 2, "severity": 1, "message": "far error", "source": "a"},
        {"lnum": 0, "col": 4, "end_col": 9, "severity": 4, "message": "near\nhint", "source": "b"},
        {"lnum": 0, "col": 4, "end_col": 9, "severity": 2, "message": "near warning"},
        {"lnum": 1, "col": 0, "severity": 1, "message": "another line"},
        {"lnum": 0, "col": 8, "end_lnum": 1, "end_col": 2, "severity": 3, "message": "x" * 200},
    ]
    search.has(*items, lines=("one two three", "four"), plan={"choose": ["near hint"]})
    search.child.type("0w")
    search.runs()
    assert search.waits("input")["default"] == "b near hint"
    assert search.seen("select")[0]["labels"] == [
        "warning: near warning",
        "hint: near hint (b)",
        "error: far error (a)",
        "information: " + "x" * 70,
    ]
    search.child.type("j")
    search.plans(cancel=True)
    search.runs()
    assert len(search.waits("select")["labels"]) == 2  # one reaches here from the line above


def test_none_of_several_sends_nothing(search):
    search.has(ITEM, {**ITEM, "message": "other"}, plan={"choose": ["nothing"]})
    search.runs()
    search.waits("select")
    assert search.seen("input") == []
    search.has_sent_nothing()


def test_the_map(search):
    search.has(ITEM, plan={"cancel": True})
    search.child.lua("vim.keymap.set('n', 'gz', '<Plug>(local-llm-wtf-search)', { remap = true })")
    search.runs("gz")
    assert search.waits("input")["default"] == QUERY


def test_through_a_manifest_of_remote_plugins(search):
    search.has(ITEM, plan={"cancel": True})
    call = "require('local_llm.commands').from_manifest('LocalWtfSearch', {}, ...)"
    search.child.lua(call, ["mdn"], 0)
    assert "developer.mozilla.org" in search.waits("input")["prompt"]
    search.child.lua(call, [], 1)
    search.hears("the next search asks again")


def test_a_file_that_never_goes_out_is_not_searched_for(search, tmp_path):
    (tmp_path / ".env").write_text("TOKEN=1\n")
    search.child.lua("vim.cmd.edit(vim.fn.fnameescape(...))", str(tmp_path / ".env"))
    search.plans(choose=[ALWAYS])
    search.child.lua(SET, [ITEM])
    search.runs()
    search.hears(".env never goes out: guard.deny_paths")
    assert search.seen("input") == []
    search.has_sent_nothing()


# -- engines -----------------------------------------------------------------------------------


def opened_with(search, keys, **options):
    search.person.sets_up(search=options)
    search.has(ITEM, plan={"choose": [ONCE]})
    search.runs(keys)
    return search.waits("open")


def test_the_argument_counts_for_once(search):
    url = opened_with(search, ":LocalWtfSearch github<CR>", engine="bing")
    assert url.startswith("https://github.com/search?type=issues&q=ts%20TS2304")
    search.runs()
    assert search.waits("open", 2).startswith("https://www.bing.com/search?q=")


def test_an_engine_of_ones_own(search):
    own = {"mine": {"url": "https://search.example.org/find/{query}?x=%41"}}
    url = opened_with(search, ":LocalWtfSearch<CR>", engine="mine", engines=own)
    encoded = QUERY.replace(" ", "%20")
    assert url == f"https://search.example.org/find/{encoded}?x=%41"
    assert "search.example.org" in search.seen("input")[0]["prompt"]


def test_an_engine_that_is_not_there(search):
    search.has(ITEM)
    search.runs(":LocalWtfSearch gogle<CR>")
    search.hears("there is no search engine 'gogle'; there is: bing, brave, duckduckgo")
    assert search.seen("input") == []


def test_engines_complete(search):
    search.person.sets_up(search={"engines": {"gopher": {"url": "https://a.b/{query}"}}})
    found = search.child.lua("return vim.fn.getcompletion('LocalWtfSearch g', 'cmdline')")
    assert found == ["github", "github-code", "google", "gopher"]


# -- opening fails -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ({"fault": "no handler found"}, "no handler found"),
        ({"raise": "ENOENT: no such file"}, "ENOENT: no such file"),
        ({"status": 3}, "sh ended with status 3"),
    ],
)
def test_where_it_cannot_be_opened_the_address_can_be_yanked(search, plan, why):
    search.kept.parent.mkdir(parents=True, exist_ok=True)
    search.kept.write_text('["duckduckgo.com"]')
    search.has(ITEM, plan={"choose": ["Yank"], **plan})
    search.runs()
    url = search.waits("open")
    question = search.waits("select")
    assert question["prompt"] == f"Cannot open duckduckgo.com: {why}"
    search.hears("the address is in register")
    assert search.child.lua("return vim.fn.getreg('\"')") == url


def test_a_program_that_opens_it_says_nothing_more(search):
    search.kept.parent.mkdir(parents=True, exist_ok=True)
    search.kept.write_text('["duckduckgo.com"]')
    search.has(ITEM, plan={"status": 0})
    search.runs()
    search.waits("open")
    search.hears("a search was opened at duckduckgo.com")
    search.child.lua("_G.plan.status = 4")  # by the time this one is told of, so were the others
    search.runs()
    search.waits("select")
    prompts = [question["prompt"] for question in search.seen("select")]
    assert prompts == ["Cannot open duckduckgo.com: sh ended with status 4"]
