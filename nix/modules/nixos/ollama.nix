# services.local-llm.server = "ollama", by services.ollama.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.local-llm;
  start = import ../server-start.nix { inherit lib; };
  packages = {
    none = pkgs.ollama-cpu;
    nvidia = pkgs.ollama-cuda;
    amd = pkgs.ollama-rocm;
    vulkan = pkgs.ollama-vulkan;
  };
  variables = config.services.ollama.environmentVariables;
in
{
  config = lib.mkIf (cfg.enable && cfg.server == "ollama") {
    services.ollama = {
      enable = true;
      package = lib.mkDefault packages.${cfg.gpu};
      host = start.bracketed cfg.host;
      inherit (cfg) port;
      loadModels = cfg.models;
      environmentVariables = start.ollamaEnvironment cfg;
    };

    # nixpkgs' unit stays down after a crash; a model that does not fit in memory can cause one.
    systemd.services.ollama.serviceConfig = {
      Restart = lib.mkDefault "on-failure";
      RestartSec = lib.mkDefault 5;
    };

    assertions = import ./loopback.nix cfg.exposeToNetwork {
      hostOption = "services.ollama.host";
      inherit (config.services.ollama) host openFirewall;
      firewallOption = "services.ollama.openFirewall";
    };

    warnings = lib.optional (lib.hasInfix "*" (variables.OLLAMA_ORIGINS or "")) ''
      services.ollama.environmentVariables.OLLAMA_ORIGINS holds a "*": any web page that is open in a
      browser here may then use the model server. List the exact origins, or remove the variable;
      local-llm.nvim needs none.
    '';
  };
}
