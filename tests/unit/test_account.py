from __future__ import annotations

import os
import pwd

from local_llm.ops.account import environment


def test_the_user_is_whose_process_it_is_whatever_a_shell_says():
    me = pwd.getpwuid(os.getuid()).pw_name
    assert environment({"USER": "somebody-else"})["USER"] == me
    assert environment({})["USER"] == me


def test_an_account_without_a_name_keeps_what_the_shell_says(monkeypatch):
    def unknown(_uid):
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", unknown)
    assert environment({"USER": "ann"}) == {"USER": "ann"}


def test_limits_of_this_process_are_not_handed_on():
    assert "MALLOC_ARENA_MAX" not in environment({"MALLOC_ARENA_MAX": "2", "HOME": "/h"})
