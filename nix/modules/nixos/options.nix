# The options of services.local-llm.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.services.local-llm;
  shared = import ../server-options.nix {
    inherit lib;
    inherit (cfg) server;
    serverText = "server";
  };
  start = import ../server-start.nix { inherit lib; };
in
{
  options.services.local-llm = {
    enable = lib.mkEnableOption "a model server on this machine, for local-llm.nvim";

    server = mkOption {
      type = types.enum [
        "ollama"
        "llama-cpp"
        "none"
      ];
      default = "ollama";
      description = ''
        Which model server runs, through nixpkgs' own `services.ollama` or `services.llama-cpp`;
        whatever this module does not know is set there. `"none"` runs none and only sets up the
        GPU, for a server of another kind.
      '';
    };

    gpu = mkOption {
      type = types.enum [
        "none"
        "nvidia"
        "amd"
        "vulkan"
      ];
      default = "none";
      description = ''
        What computes: the processor, an NVIDIA card (CUDA), an AMD card (ROCm), or any card with a
        Vulkan driver. It chooses the server's package and switches the driver on. `"nvidia"` needs
        `hardware.nvidia.open` and leave to use unfree packages.
      '';
    };

    host = mkOption {
      type = types.str;
      default = "127.0.0.1";
      example = "10.100.0.1";
      description = ''
        Address that the server listens on, one of IPv6 with or without brackets. Anything but
        loopback needs {option}`services.local-llm.exposeToNetwork`.
      '';
    };

    inherit (shared)
      port
      modelFile
      contextTokens
      keepAlive
      cloud
      ;

    exposeToNetwork = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether the server may listen on an address that other machines reach, or its port be
        opened. Neither Ollama nor llama.cpp asks for a password: whoever reaches the port can run
        models and, in Ollama, also replace and delete them. The firewall stays closed all the same;
        open the port on one interface with
        `networking.firewall.interfaces.<name>.allowedTCPPorts`.
      '';
    };

    models = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "qwen2.5-coder:7b" ];
      description = ''
        Models that Ollama downloads when it has started, over the network and in the background.
        Their content is not pinned by the configuration.
      '';
    };
  };

  config.assertions = lib.mkIf cfg.enable (
    [
      {
        # Before, nixpkgs' module put its own package, for the processor, in the place of ours.
        assertion = lib.versionAtLeast lib.trivial.release "26.05";
        message = ''
          services.local-llm needs nixpkgs 26.05 or newer, and this is ${lib.trivial.release}: it
          would run on the processor whatever services.local-llm.gpu says. Follow nixos-26.05.
        '';
      }
      {
        assertion = cfg.models != [ ] -> cfg.server == "ollama";
        message = ''
          services.local-llm.models: only Ollama downloads models by name, and
          services.local-llm.server is "${cfg.server}". Remove the list, or set server = "ollama".
        '';
      }
    ]
    ++ start.modelFileAssertions "services.local-llm" cfg.server cfg.modelFile
  );
}
