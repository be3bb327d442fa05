# nixpkgs of one system with our overlay. What is too old says so: without this it would end in an
# option or an attribute that is not there.
{ self, nixpkgs }:
system:
let
  inherit (nixpkgs) lib;
  found = lib.trivial.release;
in
lib.throwIf (lib.versionOlder found "26.05")
  "local-llm.nvim: nixpkgs ${found} is too old; follow nixos-26.05 or a newer branch"
  (
    import nixpkgs {
      inherit system;
      overlays = [ self.overlays.default ];
    }
  )
