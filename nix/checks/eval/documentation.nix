# Every block of Nix in doc/nixos.md is a file of nix/examples, or a part of one, to the letter: so
# all of it is evaluated.
{ nixpkgs, ... }:
let
  inherit (nixpkgs) lib;
  inherit (import ./expect.nix { inherit lib; }) all holds;

  page = builtins.readFile ../../../doc/nixos.md;
  blocks = map (part: lib.head (lib.splitString "\n```" part)) (
    lib.tail (lib.splitString "\n```nix\n" page)
  );
  examples = map builtins.readFile (
    lib.filter (lib.hasSuffix ".nix") (lib.filesystem.listFilesRecursive ../../examples)
  );
  firstLine = block: lib.head (lib.splitString "\n" block);
in
all (
  [ (holds "doc/nixos.md has blocks of Nix" (blocks != [ ]) "there is none") ]
  ++ lib.imap1 (
    number: block:
    holds "doc/nixos.md: block ${toString number}" (lib.any (lib.hasInfix block) examples)
      "the block that begins with `${firstLine block}` is in no file of nix/examples"
  ) blocks
)
