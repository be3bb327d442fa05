# doc/nixos.md: every block of Nix is a file of nix/examples, or a part of one, to the letter, so
# that all of it is evaluated; and every option of the modules is in a table.
{ self, nixpkgs }:
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

  pkgs = nixpkgs.legacyPackages.x86_64-linux;
  system = import ../small-system.nix {
    inherit nixpkgs pkgs;
    module = self.nixosModules.default;
  };
  home = import ../home-system.nix {
    inherit nixpkgs pkgs;
    local-llm = self;
  };
  options = {
    "services.local-llm" = (system { }).options.services.local-llm;
    "programs.local-llm" = (home self.homeModules.default).options.programs.local-llm;
    "programs.local-llm.server" = (home self.homeModules.default).options.programs.local-llm.server;
  };
  section = lib.head (
    lib.splitString "\n## Letting" (lib.last (lib.splitString "\n## Options" page))
  );
in
all (
  [ (holds "doc/nixos.md has blocks of Nix" (blocks != [ ]) "there is none") ]
  ++ lib.imap1 (
    number: block:
    holds "doc/nixos.md: block ${toString number}" (lib.any (lib.hasInfix block) examples)
      "the block that begins with `${firstLine block}` is in no file of nix/examples"
  ) blocks
  ++ lib.concatLists (
    lib.mapAttrsToList (
      path: declared:
      map (
        name:
        holds "doc/nixos.md: ${path}.${name}" (lib.hasInfix "`${name}`" section)
          "the section about options does not name it"
      ) (lib.attrNames declared)
    ) options
  )
)
