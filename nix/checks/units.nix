# Units as they are rendered: file name -> text, for `systemd-analyze verify`.
#
# Nothing is built when they are looked at, so that no program in the store is there: /bin/sh, which
# is everywhere, stands for each. Sections, directives and values are those of the system.
{ self, nixpkgs }:
let
  inherit (nixpkgs) lib;

  program = "/nix/store/[a-z0-9]{32}-[^/ \n]+/s?bin/[^/ \n]+";
  present =
    text:
    lib.concatMapStrings (part: if lib.isList part then "/bin/sh" else part) (
      builtins.split "(${program})" (builtins.unsafeDiscardStringContext text)
    );

  ofSystem =
    example: names:
    lib.genAttrs (map (name: "${name}.service") names) (
      file: present self.nixosConfigurations.${example}.config.systemd.units.${file}.text
    );

  home = import ./home-system.nix {
    inherit nixpkgs;
    pkgs = nixpkgs.legacyPackages.x86_64-linux;
    local-llm = self;
  };
  ofUser = lib.mapAttrs' (name: sections: {
    name = "${name}.service";
    value = present (lib.generators.toINI { listsAsDuplicateKeys = true; } sections);
  }) (home ../examples/home-server.nix).config.systemd.user.services;
in
ofSystem "box" [
  "ollama"
  "ollama-model-loader"
]
// ofSystem "llama-cpp" [ "llama-cpp" ]
// ofSystem "private-network" [ "llamafile" ]
// ofSystem "amd" [ "podman-text-generation-webui" ]
// ofUser
