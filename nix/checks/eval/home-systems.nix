# Configurations of programs.local-llm for the tables of tests.
{ self, nixpkgs }:
let
  on =
    system: configuration:
    (import ../home-system.nix {
      inherit nixpkgs;
      pkgs = nixpkgs.legacyPackages.${system};
      local-llm = self;
    } configuration).config;
in
{
  linux = on "x86_64-linux";
  darwin = on "aarch64-darwin";

  # The plugin, switched on, and what a test changes.
  with' = changes: {
    imports = [ self.homeModules.default ];
    programs.neovim.enable = true;
    programs.local-llm = {
      enable = true;
    }
    // changes;
  };
}
