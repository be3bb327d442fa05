# The examples of doc/nixos.md as whole systems, by name. They evaluate, with all assertions; on a
# real machine its own configuration takes the place of box/configuration.nix.
#
# A system takes seconds to evaluate: examples that do not exclude each other share one.
{ self, nixpkgs }:
let
  box = (import ./box/flake.nix).outputs {
    inherit nixpkgs;
    local-llm = self;
  };
  system =
    examples:
    nixpkgs.lib.nixosSystem {
      specialArgs.local-llm = self;
      modules = [
        ./box/configuration.nix
        self.nixosModules.default
      ]
      ++ examples;
    };
in
box.nixosConfigurations
// builtins.mapAttrs (_: system) {
  nvidia = [
    ./nvidia.nix
    ./neovim-override.nix
  ];
  amd = [
    ./amd.nix
    ./https.nix
    ./text-generation-webui.nix
  ];
  llama-cpp = [
    ./llama-cpp.nix
    ./neovim-unstable.nix
  ];
  private-network = [
    ./private-network.nix
    ./llamafile.nix
  ];
}
