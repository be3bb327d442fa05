# An editor to try the plugin in, and to test it: every command works at once. It reads no
# configuration of the user's, so it is no editor to keep; put the plugin into your own.
{
  lib,
  neovim,
  llama-cpp,
  local-llm,
  vimPlugins,
}:

neovim.override {
  extraName = "-local-llm";
  # Fills the manifest of remote plugins while it is built. The commands work without one; with
  # one, they exist before the plugin's own are read.
  withPython3 = true;
  configure.packages.local-llm.start = [ vimPlugins.local-llm-nvim ];
  # Found last: a llama-server or local-llm of the user's goes first.
  extraMakeWrapperArgs = lib.escapeShellArgs [
    "--suffix"
    "PATH"
    ":"
    (lib.makeBinPath [
      llama-cpp
      local-llm
    ])
  ];
}
