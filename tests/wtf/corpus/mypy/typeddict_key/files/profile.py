from __future__ import annotations

from typing import NotRequired, TypedDict


class Profile(TypedDict):
    """What is shown about a person."""

    name: str
    email: str
    age: NotRequired[int]


def from_form(fields: dict[str, str]) -> Profile:
    profile: Profile = {"name": fields["name"], "mail": fields["email"]}
    if fields.get("age", "").isdigit():
        profile["age"] = int(fields["age"])
    return profile
