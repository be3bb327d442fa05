# Every check of one system, by name. None needs the internet.
{
  self,
  nixpkgs,
  pkgs,
}:
let
  inherit (pkgs.stdenv.hostPlatform) system;
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
