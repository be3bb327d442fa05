# What starts a server, from the options of server-options.nix.
{ lib }:
{
  # An address as Ollama wants it, before a colon and the port; and as llama.cpp does.
  bracketed = host: if lib.hasInfix ":" host && !lib.hasPrefix "[" host then "[${host}]" else host;
  bare = host: lib.removePrefix "[" (lib.removeSuffix "]" host);

  # Variables of an Ollama server, besides its address.
  ollamaEnvironment =
    cfg:
    {
      OLLAMA_KEEP_ALIVE = cfg.keepAlive;
    }
    // lib.optionalAttrs (!cfg.cloud) { OLLAMA_NO_CLOUD = "1"; }
    // lib.optionalAttrs (cfg.contextTokens != null) {
      OLLAMA_CONTEXT_LENGTH = toString cfg.contextTokens;
    };

  # Assertions about the model file; `prefix` is the path of the options, `server` the server's name.
  modelFileAssertions = prefix: server: file: [
    {
      assertion = (file != null) == (server == "llama-cpp");
      message = ''
        ${prefix}.modelFile: llama.cpp needs a GGUF file, and no other server takes one; the server
        here is "${server}".
      '';
    }
    {
      # It becomes a word of a unit's ExecStart, where these mean something.
      assertion = file == null || builtins.match ".*[[:space:]%$\"'\\\\].*" file == null;
      message = ''
        ${prefix}.modelFile: "${file}" holds a blank, a quote, or one of % $ \, which systemd reads
        in its own way. Rename the file, or give a link to it.
      '';
    }
  ];
}
