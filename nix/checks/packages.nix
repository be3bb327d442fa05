# What is built, run in a sandbox: no network but the loopback interface, no configuration.
{
  self,
  nixpkgs,
  system,
  pkgs,
}:
let
  inherit (nixpkgs) lib;
  inherit (self.packages.${system}) local-llm neovim vim-plugin;
  python = pkgs.callPackage ../test-python.nix { };

  # What the made-up server is made of, and the program that uses it.
  driver = lib.fileset.toSource {
    root = ../..;
    fileset = lib.fileset.unions [
      ../../pyproject.toml
      ../../tests
      ./explain.lua
      ./explain.py
      (lib.fileset.fileFilter (file: !file.hasExt "pyc") ../../python/local_llm)
    ];
  };

  testTools = [
    python
    pkgs.git
    pkgs.neovim-unwrapped
  ];

  check =
    name: tools: script:
    pkgs.runCommand "local-llm-${name}" {
      nativeBuildInputs = tools;
      # The tests talk to servers of their own.
      __darwinAllowLocalNetworking = true;
    } "export HOME=$TMPDIR\n${script}\ntouch $out";

  # The same editor as a user's own configuration wraps it: no Python, and an empty manifest.
  unstable = pkgs.wrapNeovimUnstable pkgs.neovim-unwrapped {
    plugins = [ vim-plugin ];
    wrapRc = false;
  };

  explains =
    name: editor:
    check name [ python ] ''
      export PYTHONPATH=${driver}/python:${driver}/tests
      python ${driver}/nix/checks/explain.py ${lib.getExe editor}
    '';
in
{
  # Building it requires every Lua module once, in an editor without configuration.
  plugin = vim-plugin;

  command = check "command" [ local-llm ] ''
    local-llm version
    local-llm model list
  '';

  # Those of tests/wire want the very server that xllamacpp is, and those of tests/editor a terminal
  # and both Neovims; of them, the hosts below run what matters here.
  tests = check "tests" testTools ''
    cp -r ${self} repository
    chmod -R +w repository
    cd repository
    pytest -p no:cacheprovider -n $NIX_BUILD_CORES --dist loadfile tests/unit
  '';

  # An import that fails while the manifest is made leaves it empty, and the build green.
  manifest = check "manifest" [ ] ''
    grep local_llm_host.py ${neovim}/rplugin.vim
    grep LocalExplain ${neovim}/rplugin.vim
  '';

  host = explains "host" neovim;
  host-without-manifest = explains "host-without-manifest" unstable;
}
