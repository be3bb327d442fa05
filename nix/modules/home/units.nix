# The user's model server as a unit of systemd (Linux) or an agent of launchd (darwin).
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.programs.local-llm.server;
  on = config.programs.local-llm.enable && cfg.enable;
  inherit (pkgs.stdenv.hostPlatform) isDarwin isLinux;
  start = import ../server-start.nix { inherit lib; };

  arguments = {
    ollama = [
      (lib.getExe cfg.package)
      "serve"
    ];
    llama-cpp = [
      (lib.getExe' cfg.package "llama-server")
      "--host"
      "127.0.0.1"
      "--port"
      (toString cfg.port)
      "--model"
      cfg.modelFile
    ]
    ++ lib.optionals (cfg.contextTokens != null) [
      "--ctx-size"
      (toString cfg.contextTokens)
    ];
  };
  environment = lib.optionalAttrs (cfg.kind == "ollama") (
    start.ollamaEnvironment cfg // { OLLAMA_HOST = "127.0.0.1:${toString cfg.port}"; }
  );

  # What a user's own manager can enforce without privileges. Memory stays executable: drivers of
  # GPUs compile there.
  sandbox = {
    LockPersonality = true;
    NoNewPrivileges = true;
    RestrictAddressFamilies = "AF_INET AF_INET6 AF_UNIX";
    RestrictNamespaces = true;
    RestrictRealtime = true;
    RestrictSUIDSGID = true;
    SystemCallArchitectures = "native";
    UMask = "0077";
  };
in
{
  config = lib.mkIf on {
    systemd.user.services.local-llm-server = lib.mkIf isLinux {
      Unit.Description = "Model server for local-llm.nvim";
      Service = sandbox // {
        Type = "exec";
        ExecStart = lib.concatStringsSep " " arguments.${cfg.kind};
        Environment = lib.mapAttrsToList (name: value: "${name}=${value}") environment;
        Restart = "on-failure";
        RestartSec = 5;
      };
      Install.WantedBy = [ "default.target" ];
    };

    launchd.agents.local-llm-server = lib.mkIf isDarwin {
      enable = true;
      config = {
        ProgramArguments = arguments.${cfg.kind};
        EnvironmentVariables = environment;
        RunAtLoad = true;
        KeepAlive.SuccessfulExit = false;
        ProcessType = "Background";
      };
    };
  };
}
