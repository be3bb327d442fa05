# What `make check` and `make test` need. The Python packages are all here, so `make venv` installs
# nothing; xllamacpp is not in nixpkgs, and of the two Neovims that tests run on there is the newer.
{
  lib,
  callPackage,
  git,
  gnumake,
  llama-cpp,
  luaPackages,
  mkShell,
  neovim-unwrapped,
  nix,
  nodejs,
  patchelf,
  stdenv,
}:

let
  python = callPackage ./test-python.nix { };
in
mkShell {
  packages = [
    git
    gnumake
    llama-cpp
    luaPackages.luacheck
    neovim-unwrapped
    nix
    nodejs
    python
  ]
  ++ lib.optional stdenv.hostPlatform.isLinux patchelf;

  # Read by scripts/make_venv.sh.
  env.LOCAL_LLM_DEV_PYTHON = python.interpreter;
}
