# Everything that evaluation alone can tell: name -> { ok; message; }.
{ self, nixpkgs }:
let
  inherit (nixpkgs) lib;
  given = { inherit self nixpkgs; };
  inherit (import ./eval/expect.nix { inherit lib; }) all;
in
all [
  (import ./eval/schema.nix given)
  (import ./eval/server.nix given)
  (import ./eval/refusals.nix given)
  (import ./eval/releases.nix given)
  (import ./eval/home.nix given)
  (import ./eval/home-server.nix given)
  (import ./eval/examples.nix given)
  (import ./eval/documentation.nix given)
]
