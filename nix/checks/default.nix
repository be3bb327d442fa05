# Every check of one system, by name. None needs the internet; only those in virtual machines need
# `kvm`.
{
  self,
  nixpkgs,
  pkgs,
}:
let
  inherit (pkgs.stdenv.hostPlatform) isLinux system;
  given = {
    inherit
      self
      nixpkgs
      pkgs
      system
      ;
  };
in
import ./packages.nix given
// import ./modules.nix given
// nixpkgs.lib.optionalAttrs isLinux (import ./vm.nix given)
