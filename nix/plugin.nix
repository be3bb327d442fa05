# The Vim plugin. It brings its own interpreter, so that it runs wherever it is put: in
# `neovim.override`, in `wrapNeovimUnstable` and in Home Manager, of which the last two make an empty
# manifest of remote plugins without a word. It needs neither a manifest nor `withPython3`, no
# `:UpdateRemotePlugins`, no `:LocalInstall` and no folder that it may write to.
{
  lib,
  vimUtils,
  python3,
}:

let
  inherit (lib.importTOML ../pyproject.toml) project;
  pythonEnv = python3.withPackages (
    ps:
    let
      library = ps.callPackage ./package.nix { };
    in
    [ library ] ++ library.optional-dependencies.embedded
  );
in
vimUtils.buildVimPlugin {
  pname = "local-llm.nvim";
  inherit (project) version;

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../LICENSE
      ../README.md
      ../doc/local_llm.txt
      ../lua
      ../plugin
      ../pyproject.toml
      (lib.fileset.fileFilter (file: !file.hasExt "pyc") ../python/local_llm)
      ../rplugin/python3/local_llm_host.py
    ];
  };

  # The first place that lua/local_llm/interpreter.lua looks at, after the user's own option.
  postInstall = ''
    echo ${pythonEnv.interpreter} > $target/python-interpreter
    # At run time nothing is written here, so the host would compile itself at every start. By hash,
    # since every time in the store is that of 1970.
    ${pythonEnv.interpreter} -m compileall -q --invalidation-mode unchecked-hash $target/python $target/rplugin
  '';

  passthru = { inherit pythonEnv; };

  meta = {
    inherit (project) description;
    license = lib.licenses.mit;
    platforms = lib.platforms.unix;
  };
}
