{
  description = "A model on your own machine explains, completes and mends code in Neovim";

  # 26.05 is the oldest that will do: `follows` may name that branch, or a newer one.
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixpkgs-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      pkgsFor = lib.genAttrs systems (import ./nix/pkgs.nix { inherit self nixpkgs; });
      perSystem = make: lib.mapAttrs (_: make) pkgsFor;
      given = { inherit self nixpkgs; };
    in
    {
      overlays.default = import ./nix/overlay.nix;

      packages = perSystem (pkgs: rec {
        default = neovim;
        neovim = pkgs.callPackage ./nix/neovim.nix { };
        vim-plugin = pkgs.vimPlugins.local-llm-nvim;
        python-library = pkgs.python3Packages.local-llm-nvim;
        inherit (pkgs) local-llm;
      });

      apps = perSystem (pkgs: {
        default = {
          type = "app";
          program = lib.getExe self.packages.${pkgs.stdenv.hostPlatform.system}.neovim;
          meta.description = "An editor to try local-llm.nvim in";
        };
      });

      devShells = perSystem (pkgs: {
        default = pkgs.callPackage ./nix/shell.nix { };
      });

      formatter = perSystem (pkgs: pkgs.nixfmt-tree);

      checks = perSystem (pkgs: import ./nix/checks (given // { inherit pkgs; }));

      nixosModules.default = import ./nix/modules/nixos.nix { inherit self; };
      homeModules.default = import ./nix/modules/home.nix { inherit self; };
      nixosConfigurations = import ./nix/examples given;

      # What `make nix-check` asks beside `nix flake check`.
      lib = {
        evalChecks = import ./nix/checks/eval.nix given;
        units = import ./nix/checks/units.nix given;
      };
    };
}
