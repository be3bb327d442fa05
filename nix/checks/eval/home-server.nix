# programs.local-llm.server: the unit, the agent, and what the plugin is told.
{ self, nixpkgs }:
let
  inherit (nixpkgs) lib;
  inherit (import ./expect.nix { inherit lib; })
    all
    equal
    holds
    accepted
    refused
    ;
  inherit (import ./home-systems.nix { inherit self nixpkgs; }) linux darwin with';

  served = ../../examples/home-server.nix;
  unit = (linux served).systemd.user.services.local-llm-server;
  llama = {
    server = {
      enable = true;
      kind = "llama-cpp";
      modelFile = "/Users/me/m.gguf";
      port = 8012;
    };
  };
in
all [
  (accepted "home: server" (linux served))
  (equal "home: server's unit" unit.Service.Environment [
    "OLLAMA_CONTEXT_LENGTH=16384"
    "OLLAMA_HOST=127.0.0.1:11434"
    "OLLAMA_KEEP_ALIVE=30m"
    "OLLAMA_NO_CLOUD=1"
  ])
  (holds "home: server's package" (lib.hasSuffix "/bin/ollama serve" unit.Service.ExecStart)
    unit.Service.ExecStart
  )
  (equal "home: no agent on Linux" (linux served).launchd.agents { })
  (equal "home: no unit on darwin" (darwin (with' llama)).systemd.user.services { })
  (accepted "home: server on darwin" (darwin (with' llama)))
  (equal "home: server's agent on darwin"
    (lib.tail (darwin (with' llama)).launchd.agents.local-llm-server.config.ProgramArguments)
    [
      "--host"
      "127.0.0.1"
      "--port"
      "8012"
      "--model"
      "/Users/me/m.gguf"
    ]
  )
  (equal "home: the plugin is told of the server"
    (linux (with' llama)).programs.local-llm.settings.backend
    {
      kind = "llamacpp";
      url = "http://127.0.0.1:8012";
    }
  )
  (equal "home: unless the user says otherwise"
    (linux (with' (llama // { settings.backend.url = "unix:/run/llm.sock"; })))
    .programs.local-llm.settings.backend.url
    "unix:/run/llm.sock"
  )
  (refused "home: llama.cpp without a file" (linux (with' {
    server = {
      enable = true;
      kind = "llama-cpp";
    };
  })) [ "programs.local-llm.server.modelFile" ])
  (refused "home: two servers" (linux {
    imports = [ served ];
    services.ollama.enable = true;
  }) [ "services.ollama" ])
]
