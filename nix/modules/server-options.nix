# Options that services.local-llm and programs.local-llm.server have in common.
{
  lib,
  # The server that was chosen, and the option that chooses it, as the documentation names it.
  server,
  serverText,
}:
let
  inherit (lib) mkOption types;
in
{
  port = mkOption {
    type = types.port;
    default = if server == "llama-cpp" then 8080 else 11434;
    defaultText = lib.literalExpression ''if ${serverText} == "llama-cpp" then 8080 else 11434'';
    description = "Port that the server listens on. The plugin tries the default ports by itself.";
  };

  modelFile = mkOption {
    type = types.nullOr types.path;
    default = null;
    # A path stays a path: it is not copied into the store.
    apply = file: if file == null then null else toString file;
    example = "/var/lib/models/qwen2.5-coder-7b-q4_k_m.gguf";
    description = ''
      GGUF file that llama.cpp serves: a path on this machine, or a package that is the file. A path
      is read where it is, and not copied into the store. A service of the system sees no home
      folder.
    '';
  };

  contextTokens = mkOption {
    type = types.nullOr (types.ints.between 512 10000000);
    default = null;
    example = 16384;
    description = ''
      Context of the model, in tokens; null leaves the choice to the server. The plugin reads what
      is in force and cuts its prompts to fit.
    '';
  };

  keepAlive = mkOption {
    type = types.strMatching "-1|0|([0-9]+(ms|s|m|h))+";
    default = "30m";
    description = ''
      How long Ollama keeps a model in memory after a request that does not say so itself: a
      duration such as "90s" or "1h30m", "0" for not at all, "-1" for ever.
    '';
  };

  cloud = mkOption {
    type = types.bool;
    default = false;
    description = ''
      Whether Ollama may pass requests on to its maker's machines, for models whose name ends in
      `:cloud` or `-cloud`. The plugin refuses such models in any case.
    '';
  };
}
