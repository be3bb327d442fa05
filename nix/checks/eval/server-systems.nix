# Configurations of services.local-llm for the tables of tests.
{ self, nixpkgs }:
let
  inherit (nixpkgs) lib;
  system = "x86_64-linux";
  small =
    pkgs:
    import ../small-system.nix {
      inherit nixpkgs pkgs;
      module = self.nixosModules.default;
    };
in
rec {
  # nixpkgs as it comes, and with leave for unfree packages.
  free = nixpkgs.legacyPackages.${system};
  unfree = import nixpkgs {
    inherit system;
    config.allowUnfree = true;
  };

  configured = pkgs: configuration: ((small pkgs) configuration).config;

  # A server that works, and what a test changes.
  with' =
    changes:
    configured unfree {
      imports = [ { services.local-llm.enable = true; } ] ++ lib.toList changes;
    };

  file = "/var/lib/models/m.gguf";
  llama = {
    services.local-llm = {
      server = "llama-cpp";
      modelFile = file;
    };
  };
}
