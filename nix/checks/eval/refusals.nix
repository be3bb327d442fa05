# services.local-llm: what its assertions and types refuse, and what they let pass.
{ self, nixpkgs }:
let
  inherit (nixpkgs) lib;
  inherit (import ./expect.nix { inherit lib; })
    all
    equal
    accepted
    refused
    fails
    ;
  inherit (import ./server-systems.nix { inherit self nixpkgs; })
    free
    configured
    with'
    file
    llama
    ;

  start = import ../../modules/server-start.nix { inherit lib; };
  atHost = host: { services.local-llm = { inherit host; }; };
  exposed.services.local-llm.exposeToNetwork = true;
in
all (
  map (host: accepted "loopback ${host}" (with' (atHost host))) [
    "127.0.0.1"
    "127.8.9.10"
    "localhost"
    "::1"
    "[::1]"
  ]
  ++
    lib.concatMap
      (host: [
        (refused "refused ${host}" (with' (atHost host)) [
          "services.ollama.host = \"${start.bracketed host}\""
          "exposeToNetwork"
        ])
        (refused "refused ${host} for llama.cpp" (with' [
          llama
          (atHost host)
        ]) [ "services.llama-cpp.settings.host = \"${start.bare host}\"" ])
        (accepted "exposed ${host}" (with' [
          exposed
          (atHost host)
        ]))
      ])
      [
        "0.0.0.0"
        "::"
        "[::]"
        "192.168.1.2"
        "127.0.0.1.example.org"
        "localhost.example.org"
        ""
      ]
  ++ [
    (refused "a host beside the module" (with' { services.ollama.host = lib.mkForce "0.0.0.0"; }) [
      "services.ollama.host"
    ])
    (refused "an open port" (with' { services.ollama.openFirewall = true; }) [
      "services.ollama.openFirewall"
    ])
    (refused "an open port of llama.cpp" (with' [
      llama
      { services.llama-cpp.openFirewall = true; }
    ]) [ "services.llama-cpp.openFirewall" ])
    (equal "exposed: firewall"
      (with' [
        exposed
        (atHost "0.0.0.0")
      ]).networking.firewall.allowedTCPPorts
      [ ]
    )

    (refused "nvidia without open" (with' { services.local-llm.gpu = "nvidia"; }) [
      "hardware.nvidia.open"
      "Turing"
    ])
    (accepted "nvidia with a weak default" (with' {
      services.local-llm.gpu = "nvidia";
      hardware.nvidia.open = lib.mkDefault false;
    }))
    (refused "nvidia without leave for unfree packages"
      (configured free {
        services.local-llm.enable = true;
        services.local-llm.gpu = "nvidia";
        hardware.nvidia.open = true;
      })
      [
        "unfree"
        "nixpkgs.config.allowUnfree"
        "nvidia-x11"
      ]
    )

    (refused "models without Ollama" (with' [
      llama
      { services.local-llm.models = [ "a" ]; }
    ]) [ "services.local-llm.models" ])
    (refused "llama.cpp without a file" (with' { services.local-llm.server = "llama-cpp"; }) [
      "services.local-llm.modelFile"
    ])
    (refused "a file for Ollama" (with' { services.local-llm.modelFile = file; }) [
      "services.local-llm.modelFile"
    ])
    (refused "a file with a blank" (with' [
      llama
      { services.local-llm.modelFile = lib.mkForce "/var/lib/my models/m.gguf"; }
    ]) [ "/var/lib/my models/m.gguf" ])
    (equal "a path is not copied into the store"
      (with' { services.local-llm.modelFile = ./server.nix; }).services.local-llm.modelFile
      (toString ./server.nix)
    )
    (fails "an unknown server"
      (with' { services.local-llm.server = "vllm"; }).services.local-llm.server
    )
    (fails "a wrong keepAlive"
      (with' { services.local-llm.keepAlive = "soon"; }).services.local-llm.keepAlive
    )
    (fails "a context too small"
      (with' { services.local-llm.contextTokens = 511; }).services.local-llm.contextTokens
    )
  ]
)
