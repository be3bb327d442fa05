# programs.local-llm, for Home Manager: the plugin in programs.neovim, its options as Nix values,
# and on request a model server of the user's own.
#
# Home Manager is no input of the flake: a module for it is a plain function.
{ self }:
{
  imports = [
    (import ./home/options.nix { inherit self; })
    ./home/plugin.nix
    ./home/server.nix
    ./home/units.nix
  ];
}
