# services.local-llm.server = "llama-cpp", by services.llama-cpp.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  cfg = config.services.local-llm;
  start = import ../server-start.nix { inherit lib; };
  server = config.services.llama-cpp;
  packages = {
    none = pkgs.llama-cpp;
    nvidia = pkgs.llama-cpp.override { cudaSupport = true; };
    amd = pkgs.llama-cpp-rocm;
    vulkan = pkgs.llama-cpp-vulkan;
  };

  # nixpkgs 26.05 has an option for each of these and a list of flags; later releases turn
  # `settings` into flags.
  hasSettings = options.services.llama-cpp ? settings;
  place = {
    host = start.bare cfg.host;
    inherit (cfg) port;
    model = cfg.modelFile;
  };
  arguments =
    if hasSettings then
      {
        settings = place // lib.optionalAttrs (cfg.contextTokens != null) { ctx-size = cfg.contextTokens; };
      }
    else
      place
      // {
        extraFlags = lib.optionals (cfg.contextTokens != null) [
          "--ctx-size"
          (toString cfg.contextTokens)
        ];
      };
  hostOption = if hasSettings then "services.llama-cpp.settings.host" else "services.llama-cpp.host";
in
{
  config = lib.mkIf (cfg.enable && cfg.server == "llama-cpp") {
    services.llama-cpp = {
      enable = true;
      package = lib.mkDefault packages.${cfg.gpu};
    }
    // arguments;

    systemd.services.llama-cpp = {
      serviceConfig.Restart = lib.mkDefault "on-failure";
      # The file may lie on a disk that is mounted late.
      unitConfig.RequiresMountsFor = lib.mkIf (cfg.modelFile != null) [ cfg.modelFile ];
    };

    assertions = import ./loopback.nix cfg.exposeToNetwork {
      inherit hostOption;
      host = if hasSettings then server.settings.host else server.host;
      firewallOption = "services.llama-cpp.openFirewall";
      inherit (server) openFirewall;
    };
  };
}
