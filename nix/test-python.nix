# The interpreter that runs the tests: all that the library needs, and what the tests ask for.
{ python3 }:
python3.withPackages (
  ps:
  let
    library = ps.callPackage ./package.nix { };
  in
  library.dependencies
  ++ library.optional-dependencies.embedded
  ++ [
    ps.detect-secrets
    ps.hypothesis
    ps.mypy
    ps.ollama
    ps.openai
    ps.pillow
    ps.pytest
    ps.pytest-asyncio
    ps.pytest-randomly
    ps.pytest-xdist
    ps.pyte
    ps.ruff
  ]
)
