# Other releases of nixpkgs: llama.cpp as 26.05 declares it, with an option each and a list of
# flags; and one that is too old.
{ self, nixpkgs }:
let
  inherit (nixpkgs) lib;
  inherit (lib) mkOption types;
  inherit (import ./expect.nix { inherit lib; })
    all
    equal
    accepted
    refused
    ;
  small = import ../small-system.nix {
    inherit nixpkgs;
    pkgs = nixpkgs.legacyPackages.x86_64-linux;
    module = self.nixosModules.default;
  };
  option = type: mkOption { inherit type; };

  older = {
    disabledModules = [ (nixpkgs.outPath + "/nixos/modules/services/misc/llama-cpp.nix") ];
    options.services.llama-cpp = {
      enable = lib.mkEnableOption "llama.cpp";
      package = option types.package;
      model = option (types.nullOr types.path);
      host = option types.str;
      port = option types.port;
      extraFlags = option (types.listOf types.str);
      openFirewall = lib.mkEnableOption "the port";
    };
  };

  with' =
    host:
    (small {
      imports = [ older ];
      services.local-llm = {
        enable = true;
        server = "llama-cpp";
        modelFile = "/var/lib/models/m.gguf";
        contextTokens = 4096;
        inherit host;
      };
    }).config;
  server = (with' "127.0.0.1").services.llama-cpp;

  tooOld = import ../small-system.nix {
    inherit nixpkgs;
    pkgs = nixpkgs.legacyPackages.x86_64-linux;
    module = self.nixosModules.default;
    specialArgs.lib = lib.extend (
      _: prev: {
        trivial = prev.trivial // {
          release = "25.11";
        };
      }
    );
  };
in
all [
  (refused "25.11 is too old" (tooOld { services.local-llm.enable = true; }).config [
    "26.05"
    "25.11"
  ])
  (accepted "26.05: llama.cpp" (with' "127.0.0.1"))
  (refused "26.05: an address that others reach" (with' "0.0.0.0") [ "services.llama-cpp.host" ])
  (equal "26.05: options"
    {
      inherit (server)
        model
        host
        port
        extraFlags
        ;
    }
    {
      model = "/var/lib/models/m.gguf";
      host = "127.0.0.1";
      port = 8080;
      extraFlags = [
        "--ctx-size"
        "4096"
      ];
    }
  )
]
