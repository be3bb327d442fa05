# services.local-llm: every server with every GPU, and what it makes of its options.
{ self, nixpkgs }:
let
  inherit (nixpkgs) lib;
  inherit (import ./expect.nix { inherit lib; }) all equal accepted;
  inherit (import ./server-systems.nix { inherit self nixpkgs; })
    free
    unfree
    configured
    with'
    file
    llama
    ;

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
  ++ [
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
    (equal "ollama: brackets" (with' { services.local-llm.host = "::1"; }).services.ollama.host "[::1]")
    (equal "llama.cpp: no brackets"
      (with' [
        llama
        { services.local-llm.host = "[::1]"; }
      ]).services.llama-cpp.settings.host
      "::1"
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
  ]
)
