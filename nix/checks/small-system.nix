# services.local-llm with nixpkgs' modules for the two servers, and no more of NixOS than they set:
# a hundred times faster than a system, for the tables of tests in modules-eval.nix. The real
# driver modules are in the example systems.
{
  nixpkgs,
  pkgs,
  module,
  specialArgs ? { },
}:
let
  inherit (nixpkgs) lib;
  inherit (lib) mkOption types;
  anything = mkOption {
    type = types.attrsOf types.anything;
    default = { };
  };
  list = mkOption {
    type = types.listOf types.anything;
    default = [ ];
  };
  flag = mkOption {
    type = types.bool;
    default = false;
  };

  surroundings = {
    options = {
      environment.systemPackages = list;
      hardware.graphics.enable = flag;
      hardware.nvidia = {
        # As nixpkgs declares it for today's drivers.
        open = mkOption {
          type = types.nullOr types.bool;
          default = null;
        };
        package = mkOption {
          type = types.package;
          default = pkgs.linuxPackages.nvidiaPackages.stable;
        };
      };
      meta.maintainers = list;
      networking.firewall.allowedTCPPorts = list;
      services.xserver.videoDrivers = list;
      systemd.services = anything;
      users = anything;
    };
    config._module.args = { inherit pkgs; };
  };
in
configuration:
lib.evalModules {
  inherit specialArgs;
  modules = [
    (nixpkgs.outPath + "/nixos/modules/misc/assertions.nix")
    (nixpkgs.outPath + "/nixos/modules/services/misc/ollama.nix")
    (nixpkgs.outPath + "/nixos/modules/services/misc/llama-cpp.nix")
    surroundings
    module
    configuration
  ];
}
