"""Where the answer is shown, as setup{}, a project's file or the environment say."""

import pytest

from fakes import FakeLlamaCpp, Script


@pytest.fixture
def server():
    with FakeLlamaCpp(Script(pieces=("An ", "answer."))) as made:
        yield made


def kinds(child):
    """Return what each window is: a float or not, and the windows side by side."""
    return child.lua("""
      local floats = 0
      for _, win in ipairs(vim.api.nvim_list_wins()) do
        if vim.api.nvim_win_get_config(win).relative ~= "" then floats = floats + 1 end
      end
      return { floats = floats, layout = vim.fn.winlayout()[1] }
    """)


LOOKS = {
    "float": {"floats": 1, "layout": "leaf"},
    "split": {"floats": 0, "layout": "col"},
    "vsplit": {"floats": 0, "layout": "row"},
}


@pytest.mark.parametrize("window", LOOKS)
@pytest.mark.parametrize("origin", ["setup", "project", "environment"])
def test_the_window_is_of_the_kind_asked_for(editor, server, tmp_path, window, origin):
    source = tmp_path / "a.lua"
    source.write_text("return 1\n")
    setup = {"backend": {"kind": "llamacpp", "url": server.url}}
    env = {}
    if origin == "setup":
        setup["explain"] = {"window": window}
    elif origin == "project":
        (tmp_path / "local-llm.toml").write_text(f'[explain]\nwindow = "{window}"\n')
    else:
        env["LOCAL_LLM_EXPLAIN__WINDOW"] = window
    child = editor(setup=setup, args=[source], env=env)
    child.type(":%LocalExplain<CR>")
    child.wait_screen("An answer.")
    child.wait_screen("done")
    assert kinds(child) == LOOKS[window]
    child.type("q")
    child.wait_until(lambda: len(child.api("list_wins")) == 1, what="the window closed")
