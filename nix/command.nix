# The program `local-llm`, with what its `model pull` needs.
{ python3 }:

let
  inherit (python3.pkgs) callPackage toPythonApplication;
  library = (callPackage ./package.nix { }).overridePythonAttrs (old: {
    pname = "local-llm";
    dependencies = old.dependencies ++ old.optional-dependencies.embedded;
    meta = old.meta // {
      description = "Models and audit log of local-llm.nvim, from the command line";
      mainProgram = "local-llm";
    };
  });
in
toPythonApplication library
