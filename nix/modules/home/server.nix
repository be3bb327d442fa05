# The options of programs.local-llm.server, and what they say to the plugin.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.programs.local-llm.server;
  start = import ../server-start.nix { inherit lib; };
  shared = import ../server-options.nix {
    inherit lib;
    server = cfg.kind;
    serverText = "kind";
  };
in
{
  options.programs.local-llm.server = shared // {
    enable = lib.mkEnableOption ''
      a model server that runs as you and listens on 127.0.0.1 only. Every user of the machine can
      reach it
    '';

    kind = mkOption {
      type = types.enum [
        "ollama"
        "llama-cpp"
      ];
      default = "ollama";
      description = "Which server.";
    };

    package = mkOption {
      type = types.package;
      default = pkgs.${cfg.kind};
      defaultText = lib.literalExpression "pkgs.\${kind}";
      example = lib.literalExpression "pkgs.ollama-vulkan";
      description = "Package of the server; it decides which GPU is used.";
    };
  };

  config = lib.mkIf (config.programs.local-llm.enable && cfg.enable) {
    programs.local-llm.settings.backend = {
      kind = lib.mkDefault (if cfg.kind == "llama-cpp" then "llamacpp" else cfg.kind);
      url = lib.mkDefault "http://127.0.0.1:${toString cfg.port}";
    };

    # `ollama pull` gets it a model.
    home.packages = [ cfg.package ];

    assertions = start.modelFileAssertions "programs.local-llm.server" cfg.kind cfg.modelFile ++ [
      {
        assertion = cfg.kind == "ollama" -> !(config.services.ollama.enable or false);
        message = ''
          programs.local-llm.server and services.ollama both run Ollama for this user. Keep one: with
          services.ollama the plugin finds the server by itself.
        '';
      }
    ];
  };
}
