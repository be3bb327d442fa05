# The Python library: what the editor's host and the program `local-llm` run on.
{
  lib,
  buildPythonPackage,
  setuptools,
  pynvim,
  httpx,
  h11,
  httptools,
  tiktoken,
  regex,
  msgspec,
  google-re2,
  pathspec,
  gguf,
  huggingface-hub,
}:

let
  inherit (lib.importTOML ../pyproject.toml) project;
in
buildPythonPackage {
  pname = project.name;
  inherit (project) version;
  pyproject = true;

  # Only what is installed: another edit does not rebuild it.
  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../LICENSE
      ../README.md
      ../pyproject.toml
      (lib.fileset.fileFilter (file: !file.hasExt "pyc") ../python/local_llm)
    ];
  };

  build-system = [ setuptools ];

  # tiktoken merges with the vocabulary of the model in use, which comes from its server or its
  # file. No encoding of tiktoken's own is ever asked for, so there are no rank files to fetch and
  # no cache to name (TIKTOKEN_CACHE_DIR); tests/unit/test_nix_files.py holds that.
  dependencies = [
    pynvim
    httpx
    h11
    httptools
    tiktoken
    regex
    msgspec
    google-re2
    pathspec
  ];

  # xllamacpp is not in nixpkgs: there the embedded backend runs `llama-server` of llama-cpp.
  optional-dependencies.embedded = [
    gguf
    huggingface-hub
  ];

  # The tests need an editor and the repository: see nix/checks/packages.nix.
  doCheck = false;
  pythonImportsCheck = [
    "local_llm.cli"
    "local_llm.host"
  ];

  meta = {
    inherit (project) description;
    license = lib.licenses.mit;
    platforms = lib.platforms.unix;
  };
}
