# The example systems: no failed assertion, no warning, no open port. And the copied example, whose
# lines have to fail as doc/nixos.md says.
{ self, nixpkgs }:
let
  inherit (nixpkgs) lib;
  inherit (import ./expect.nix { inherit lib; })
    all
    equal
    accepted
    refused
    holds
    ;

  example =
    name:
    { config, ... }:
    all [
      (accepted "example ${name}" config)
      (equal "example ${name}: firewall" config.networking.firewall.allowedTCPPorts [ ])
    ];

  # With nixpkgs' real modules, the driver's among them.
  copied =
    (nixpkgs.lib.nixosSystem {
      modules = [
        ../../examples/box/configuration.nix
        self.nixosModules.default
        {
          services.local-llm.enable = true;
          services.local-llm.gpu = "nvidia";

          services.ollama.acceleration = "cuda";
          services.ollama.host = lib.mkForce "0.0.0.0";
          services.ollama.openFirewall = true;
          services.ollama.environmentVariables.OLLAMA_ORIGINS = "*";
          hardware.opengl.enable = true;
          hardware.opengl.driSupport = true;
          # Without it, evaluation ends before there are any warnings.
          nixpkgs.config.allowUnfree = true;
        }
      ];
    }).config;
  said = lib.concatStringsSep "\n" copied.warnings;
in
all (
  lib.mapAttrsToList example self.nixosConfigurations
  ++ [
    (refused "the copied example" copied [
      "services.ollama.acceleration"
      "services.ollama.host = \"0.0.0.0\""
      "services.ollama.openFirewall"
      "hardware.opengl.driSupport"
      "hardware.nvidia.open"
    ])
    (holds "the copied example: a renamed option warns" (lib.hasInfix "hardware.graphics.enable" said)
      said
    )
    (holds "the copied example: any origin warns" (lib.hasInfix "OLLAMA_ORIGINS" said) said)
  ]
)
