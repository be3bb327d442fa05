# services.local-llm: every server with every GPU, and what its assertions refuse.
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

  system = "x86_64-linux";
  free = nixpkgs.legacyPackages.${system};
  unfree = import nixpkgs {
    inherit system;
    config.allowUnfree = true;
  };
  small =
    pkgs:
    import ../small-system.nix {
      inherit nixpkgs pkgs;
      module = self.nixosModules.default;
    };
  configured = pkgs: configuration: ((small pkgs) configuration).config;

  # A server that works, and what a test changes.
  with' =
    changes:
    configured unfree { imports = [ { services.local-llm.enable = true; } ] ++ lib.toList changes; };
  file = "/var/lib/models/m.gguf";
  llama = {
    services.local-llm = {
      server = "llama-cpp";
      modelFile = file;
    };
  };

  packages = {
    none.ollama = unfree.ollama-cpu;
    none.llama-cpp = unfree.llama-cpp;
    nvidia.ollama = unfree.ollama-cuda;
    nvidia.llama-cpp = unfree.llama-cpp.override { cudaSupport = true; };
    amd.ollama = unfree.ollama-rocm;
    amd.llama-cpp = unfree.llama-cpp-rocm;
    vulkan.ollama = unfree.ollama-vulkan;
    vulkan.llama-cpp = unfree.llama-cpp-vulkan;
  };

  combination =
    { gpu, server }:
    let
      name = "server ${server}, gpu ${gpu}";
      config = with' {
        services.local-llm = {
          inherit gpu server;
          modelFile = lib.mkIf (server == "llama-cpp") file;
        };
        hardware.nvidia.open = lib.mkIf (gpu == "nvidia") true;
      };
    in
    all (
      [
        (accepted name config)
        (equal "${name}: firewall" config.networking.firewall.allowedTCPPorts [ ])
        (equal "${name}: driver" config.services.xserver.videoDrivers (
          lib.optional (gpu == "nvidia") "nvidia"
        ))
        (equal "${name}: graphics" config.hardware.graphics.enable (gpu != "none"))
        (equal "${name}: units" (lib.attrNames config.systemd.services) (lib.remove "none" [ server ]))
      ]
      ++ lib.optional (server != "none") (
        equal "${name}: package" config.services.${server}.package.drvPath packages.${gpu}.${server}.drvPath
      )
    );

  ollama = with' {
    services.local-llm = {
      models = [ "qwen2.5-coder:7b" ];
      contextTokens = 16384;
      keepAlive = "1h30m";
    };
  };

  atHost = host: { services.local-llm = { inherit host; }; };
  exposed.services.local-llm.exposeToNetwork = true;
in
all (
  map combination (
    lib.cartesianProduct {
      gpu = lib.attrNames packages;
      server = [
        "ollama"
        "llama-cpp"
        "none"
      ];
    }
  )
  ++ map (host: accepted "loopback ${host}" (with' (atHost host))) [
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
          "services.ollama.host = \"${host}\""
          "exposeToNetwork"
        ])
        (refused "refused ${host} for llama.cpp" (with' [
          llama
          (atHost host)
        ]) [ "services.llama-cpp.settings.host = \"${host}\"" ])
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

    (equal "ollama: environment" ollama.services.ollama.environmentVariables {
      OLLAMA_CONTEXT_LENGTH = "16384";
      OLLAMA_KEEP_ALIVE = "1h30m";
      OLLAMA_NO_CLOUD = "1";
    })
    (equal "ollama: models" ollama.services.ollama.loadModels [ "qwen2.5-coder:7b" ])
    (equal "ollama: restart" ollama.systemd.services.ollama.serviceConfig.Restart "on-failure")
    (equal "ollama: cloud" (
      (with' { services.local-llm.cloud = true; }).services.ollama.environmentVariables ? OLLAMA_NO_CLOUD
    ) false)
    (equal "ollama: any origin" (lib.length
      (with' { services.ollama.environmentVariables.OLLAMA_ORIGINS = "*"; }).warnings
    ) 1)
    (equal "ollama: a package of the user's"
      (with' { services.ollama.package = unfree.ollama-vulkan; }).services.ollama.package.drvPath
      unfree.ollama-vulkan.drvPath
    )
    (equal "llama.cpp: settings"
      (with' [
        llama
        { services.local-llm.contextTokens = 4096; }
      ]).services.llama-cpp.settings
      {
        host = "127.0.0.1";
        port = 8080;
        model = file;
        ctx-size = 4096;
      }
    )
    (equal "off" (configured free { services.local-llm.gpu = "nvidia"; }).systemd.services { })

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
