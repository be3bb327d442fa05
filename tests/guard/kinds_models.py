"""Keys of services that run models, or look after them. Held out: see `kinds_later`.

Sources: the vendors' quick starts, which name the variables, and the providers that GitHub's secret
scanning lists.
"""

from __future__ import annotations

import base64

from guard.draw import ALNUM, URLSAFE, Draw
from guard.kind import Kind

# What Groq's keys have in their middle, so that they can be searched for.
_MIDDLE = base64.b64encode(b"XgroqX").decode()


def _groq(draw: Draw) -> str:
    return f"gsk_{draw.chars(ALNUM, 20)}{_MIDDLE}{draw.chars(ALNUM, 24)}"


def _replicate(draw: Draw) -> str:
    return "r8_" + draw.chars(ALNUM, 37)


def _xai(draw: Draw) -> str:
    return "xai-" + draw.chars(ALNUM, 80)


def _openrouter(draw: Draw) -> str:
    return "sk-or-v1-" + draw.hex(64)


def _langsmith(draw: Draw) -> str:
    return f"lsv2_{draw.choice(('pt', 'sk'))}_{draw.hex(32)}_{draw.hex(10)}"


def _nvidia(draw: Draw) -> str:
    return "nvapi-" + draw.chars(URLSAFE, 63) + draw.choice(ALNUM)


KINDS = (
    Kind("groq", _groq, ("groq_api_key",), count=8),
    Kind("replicate", _replicate, ("replicate_api_token",), count=8),
    Kind("xai", _xai, ("xai_api_key", "grok_api_key"), count=8),
    Kind("openrouter", _openrouter, ("openrouter_api_key",), count=8),
    Kind("langsmith", _langsmith, ("langsmith_api_key", "langchain_api_key"), count=8),
    Kind("nvidia", _nvidia, ("nvidia_api_key", "ngc_api_key"), count=8),
    Kind(
        "mistral",
        lambda draw: draw.chars(ALNUM, 32),
        ("mistral_api_key",),
        shaped=False,
        count=8,
    ),
    Kind("wandb", lambda draw: draw.hex(40), ("wandb_api_key",), shaped=False, count=8),
)
