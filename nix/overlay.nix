# Adds the library to every Python, the plugin to `vimPlugins`, and the program `local-llm`.
final: prev: {
  pythonPackagesExtensions = prev.pythonPackagesExtensions ++ [
    (python-final: _: {
      local-llm-nvim = python-final.callPackage ./package.nix { };
    })
  ];
  vimPlugins = prev.vimPlugins.extend (
    _: _: {
      local-llm-nvim = final.callPackage ./plugin.nix { };
    }
  );
  local-llm = final.callPackage ./command.nix { };
}
