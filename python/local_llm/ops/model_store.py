"""The GGUF files on this machine: `$XDG_CACHE_HOME/local-llm/models`.

A file's name without `.gguf` is the model's name. A file that somebody copied there is as good as
one that was pulled. A model that is split into parts is one model, named after its first part.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from local_llm.errors import ModelMissing, ModelStoreError
from local_llm.ops.gguf_header import Header, read_header
from local_llm.ops.places import cache_folder

NOISE_NAME = "random weights: its answers are noise"
PARTIAL = ".partial"  # what is being fetched; hidden, so never listed
_PART = re.compile(r"-(?P<number>\d{5})-of-\d{5}$")


class StoredModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model in the store.

    path: The file to load; paths: all its parts. modified_s: seconds since 1970.
    architecture, context_tokens (trained): "" and None where the file does not say.
    noise: Whether it was written by random_model.py. fault: why it cannot be used, mostly "".
    """

    name: str
    path: Path
    paths: tuple[Path, ...]
    size_bytes: int
    modified_s: float
    architecture: str = ""
    context_tokens: int | None = None
    noise: bool = False
    fault: str = ""


class ModelStore:
    """Lists, finds and removes model files below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def models(self) -> list[StoredModel]:
        """Return what is there, by name. Files that are no models are listed with their fault."""
        groups: dict[str, list[Path]] = {}
        for path in sorted(self.folder.rglob("*.gguf")):
            inside = path.relative_to(self.folder)
            if not any(part.startswith(".") for part in inside.parts) and path.is_file():
                groups.setdefault(_name(inside), []).append(path)
        return [_stored(name, tuple(paths)) for name, paths in groups.items()]

    def find(self, name: str) -> StoredModel:
        """Return the model of that name, or the only one whose name starts with it.

        Raises: ModelMissing, where there is none or more than one.
        """
        models = self.models()
        wanted = name.removesuffix(".gguf").casefold()
        exact = [model for model in models if model.name.casefold() == wanted]
        close = [model for model in models if model.name.casefold().startswith(wanted)]
        found = exact or close
        if len(found) == 1:
            return found[0]
        known = ", ".join(model.name for model in found or models) or "none"
        what = "more than one model is called" if found else "there is no model"
        raise ModelMissing(
            f"{what} {name!r} in {self.folder}", hint=f"installed: {known}; see `local-llm model`"
        )

    def default_model(self) -> StoredModel | None:
        """Return the most recent usable model, real ones before noise; None where there is none."""
        usable = [m for m in self.models() if not m.fault and "mmproj" not in m.name.casefold()]
        return max(usable, key=lambda model: (not model.noise, model.modified_s), default=None)

    def remove(self, name: str) -> StoredModel:
        """Delete a model's files. Raises: ModelMissing, ModelStoreError."""
        model = self.find(name)
        try:
            for path in model.paths:
                path.unlink()
        except OSError as exc:
            raise ModelStoreError(
                f"cannot remove it: {exc.strerror}", where=str(model.path), hint="remove it by hand"
            ) from exc
        return model


def model_store(env: Mapping[str, str]) -> ModelStore:
    """Return the user's store; its folder need not exist yet."""
    return ModelStore(cache_folder(env) / "models")


def _name(inside: Path) -> str:
    return _PART.sub("", inside.with_suffix("").as_posix())


def _stored(name: str, paths: tuple[Path, ...]) -> StoredModel:
    facts = [path.stat() for path in paths]
    header, fault = Header(), ""
    try:
        header = read_header(paths[0])
    except OSError as exc:
        fault = exc.strerror or "cannot be read"
    except ValueError as exc:
        fault = str(exc)
    return StoredModel(
        name=name,
        path=paths[0],
        paths=paths,
        size_bytes=sum(fact.st_size for fact in facts),
        modified_s=max(fact.st_mtime for fact in facts),
        architecture=header.architecture,
        context_tokens=header.context_tokens,
        noise=header.name == NOISE_NAME,
        fault=fault,
    )
