# All that the flake gives, without flakes: its outputs are called by hand on the nixpkgs at `tree`.
# For `make nix-check`, also with a Nix whose store in memory takes no flake.
# `facts` asks only for what `nix flake check` does not look at.
{
  flake,
  tree,
  facts,
}:
let
  # Strings, as Nix itself gives them: a path would be copied to the store when it is put into one.
  nixpkgs = (import (tree + "/flake.nix")).outputs { self = nixpkgs; } // {
    outPath = toString tree;
  };
  inherit (nixpkgs) lib;

  outputs = (import (flake + "/flake.nix")).outputs { inherit self nixpkgs; };
  self = outputs // {
    outPath = toString flake;
    inherit outputs;
  };

  # Derivations by dotted name, of an output that has one for each system or a set of them.
  derivations =
    output:
    lib.concatMapAttrs (
      system: value:
      if lib.isDerivation value then
        { "${output}.${system}" = value.drvPath; }
      else
        lib.mapAttrs' (name: made: lib.nameValuePair "${output}.${system}.${name}" made.drvPath) value
    ) outputs.${output};

  programs = lib.concatMapAttrs (
    system: lib.mapAttrs' (name: app: lib.nameValuePair "apps.${system}.${name}" app.program)
  ) outputs.apps;

  systems = lib.mapAttrs' (
    name: system:
    lib.nameValuePair "nixosConfigurations.${name}" system.config.system.build.toplevel.drvPath
  ) (outputs.nixosConfigurations or { });
in
{
  checks = outputs.lib.evalChecks or { };
  units = outputs.lib.units or { };
}
// lib.optionalAttrs (!facts) {
  outputs =
    lib.mergeAttrsList (
      map derivations [
        "packages"
        "devShells"
        "checks"
        "formatter"
      ]
    )
    // programs
    // systems;
}
