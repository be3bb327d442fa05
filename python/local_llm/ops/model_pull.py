"""Fetch a GGUF file from the Hugging Face hub into the model store.

The hub's client shows the progress, tries again when the line drops, and follows HF_ENDPOINT and
HF_TOKEN. We keep the unfinished file ourselves: `hf_hub_download` (2.4) gives each run a new one,
so that Ctrl-C would throw gigabytes away. What arrived is compared with the hub's SHA-256 before
it gets its name.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import HfApi, hf_hub_url
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.file_download import http_get
from huggingface_hub.hf_api import RepoSibling
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined] # it is documented

from local_llm.errors import ModelStoreError
from local_llm.ops.model_store import PARTIAL, ModelStore, StoredModel

# Small enough for a laptop, good enough for code; then the nearest ones.
QUANTS = ("Q4_K_M", "Q4_K_S", "Q5_K_M", "Q4_0", "IQ4_XS", "Q5_K_S", "Q6_K", "Q8_0", "Q3_K_M")

_SPEC = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(?::(?P<which>.+))?")
_PART = re.compile(r"-\d{5}-of-\d{5}(?=\.gguf$)", re.IGNORECASE)
_BLOCK_BYTES = 1 << 20
# The hub's client changed its HTTP library between releases; its own error names it.
_NO_ANSWER: tuple[type[BaseException], ...] = tuple(
    base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception)
)


def pull(spec: str, store: ModelStore) -> StoredModel:
    """Fetch `org/repo`, `org/repo:file.gguf` or `org/repo:QUANT` and return the stored model.

    Raises: ModelStoreError, with what to do instead.
    """
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise ModelStoreError(
            f"{spec!r} is not of the form org/repo[:file or quant]",
            hint="for example `local-llm model pull Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF`",
        )
    repo, which = match["repo"], match["which"] or ""
    try:
        revision, files = _look(repo)
        chosen = choose(files, which)
        staging = store.folder / PARTIAL / repo.replace("/", "--")
        for file in chosen:
            _fetch(repo, revision, file, staging)
    except GatedRepoError as exc:
        raise _refused(repo, "its terms have to be accepted on the hub, then set HF_TOKEN") from exc
    except RepositoryNotFoundError as exc:
        raise _refused(repo, "check the spelling; a private one needs HF_TOKEN") from exc
    except _NO_ANSWER as exc:
        raise _unreachable(exc, store.folder) from exc
    return _settle(chosen, staging, store)


def choose(files: Sequence[RepoSibling], which: str) -> list[RepoSibling]:
    """Return the file to fetch, all its parts if it is split.

    Args:
        files: The files of the repository.
        which: A file's name, a part of one such as "Q8_0", or "" for the first of QUANTS.

    Raises: ModelStoreError, where nothing fits.
    """
    models = [f for f in files if f.rfilename.lower().endswith(".gguf")]
    models = [f for f in models if "mmproj" not in f.rfilename.lower()]
    whole: dict[str, list[RepoSibling]] = {}
    for file in models:
        whole.setdefault(_PART.sub("", file.rfilename), []).append(file)
    for wanted in (which,) if which else (*QUANTS, ""):
        fitting = [name for name in whole if _fits(name, whole[name], wanted)]
        if fitting:
            return min((whole[name] for name in fitting), key=_size)
    offered = ", ".join(sorted(whole)) or "no GGUF file at all"
    raise ModelStoreError(
        f"the repository has no file for {which!r}" if which else "the repository has no GGUF file",
        hint=f"it has: {offered}",
    )


def _fits(name: str, parts: Sequence[RepoSibling], wanted: str) -> bool:
    if wanted.lower().endswith(".gguf"):
        return wanted == name or any(part.rfilename == wanted for part in parts)
    # Bounded, so that Q4_K does not take Q4_K_M; the smallest of several is taken.
    return not wanted or bool(
        re.search(rf"(?<![A-Z0-9]){re.escape(wanted)}(?![A-Z0-9_])", name, re.IGNORECASE)
    )


def _size(parts: Sequence[RepoSibling]) -> int:
    return sum(part.size or 0 for part in parts)


def _look(repo: str) -> tuple[str | None, Sequence[RepoSibling]]:
    info = HfApi().model_info(repo, files_metadata=True)
    return info.sha, info.siblings or ()


def _fetch(repo: str, revision: str | None, file: RepoSibling, staging: Path) -> None:
    """Fetch one file to the staging folder, or the rest of it, and verify it."""
    unfinished = _unfinished(file, staging)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    with unfinished.open("ab") as target:
        if file.size is not None and target.tell() > file.size:
            target.seek(target.truncate(0))
        http_get(
            hf_hub_url(repo, file.rfilename, revision=revision),
            target,
            resume_size=target.tell(),
            headers=build_hf_headers(library_name="local-llm"),
            expected_size=file.size,
            displayed_filename=Path(file.rfilename).name,
        )
    if file.lfs and _sha256(unfinished) != file.lfs.sha256:
        unfinished.unlink()
        raise ModelStoreError(
            "the file that arrived is not the one the hub has: its checksum differs",
            where=file.rfilename,
            hint="pull it again",
        )


def _unfinished(file: RepoSibling, staging: Path) -> Path:
    """Name it after its content, so that the rest of another version is never appended."""
    version = file.lfs.sha256[:12] if file.lfs else "plain"
    return staging / version / Path(file.rfilename).name


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _settle(files: Sequence[RepoSibling], staging: Path, store: ModelStore) -> StoredModel:
    """Give the files their names in the store, each in one step, and clear the staging folder."""
    arrived = [_unfinished(file, staging) for file in files]
    for path in arrived:
        path.replace(store.folder / path.name)
    shutil.rmtree(staging, ignore_errors=True)
    return store.find(_PART.sub("", arrived[0].name))


def _refused(repo: str, hint: str) -> ModelStoreError:
    return ModelStoreError(f"the hub does not give out {repo}", hint=hint)


def _unreachable(exc: BaseException, folder: Path) -> ModelStoreError:
    words = str(exc).strip().splitlines() or [type(exc).__name__]
    return ModelStoreError(
        f"could not reach the hub: {words[0]}",
        hint=f"copy a .gguf into {folder} instead; a fetch that broke off goes on where it was",
    )
