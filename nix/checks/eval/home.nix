# programs.local-llm, with the options of Home Manager that it sets.
{ self, nixpkgs }:
let
  inherit (nixpkgs) lib;
  inherit (import ./expect.nix { inherit lib; })
    all
    equal
    holds
    accepted
    refused
    fails
    ;

  on =
    system: configuration:
    (import ../home-system.nix {
      inherit nixpkgs;
      pkgs = nixpkgs.legacyPackages.${system};
      local-llm = self;
    } configuration).config;
  linux = on "x86_64-linux";
  darwin = on "aarch64-darwin";

  with' = changes: {
    imports = [ self.homeModules.default ];
    programs.neovim.enable = true;
    programs.local-llm = {
      enable = true;
    }
    // changes;
  };
  settings =
    values:
    linux (with' {
      settings = values;
    });
  lua = config: (lib.head config.programs.neovim.plugins).config;

  example = linux ../../examples/home.nix;
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
  (accepted "home: example" example)
  (equal "home: plugin" (lib.head example.programs.neovim.plugins).plugin.drvPath
    self.packages.x86_64-linux.vim-plugin.drvPath
  )
  (equal "home: options as Lua" (lua example) ''
    require("local_llm").setup({
      ["backend"] = {
        ["model"] = "qwen2.5-coder:7b"
      },
      ["explain"] = {
        ["window"] = "vsplit"
      },
      ["guard"] = {
        ["deny_paths"] = {
          "customers/"
        }
      },
      ["keys"] = {
        ["stop"] = false
      }
    })
  '')
  (equal "home: no options" (lua (linux (with' { }))) "require(\"local_llm\").setup({})\n")
  (equal "home: null is not given" (lua (settings {
    python = null;
  })) (lua (linux (with' { }))))
  (equal "home: quotes"
    (lua (settings {
      language = ''"\ ${"\${x}"}'';
    }))
    ''
      require("local_llm").setup({
        ["language"] = "\"\\ ''${x}"
      })
    ''
  )
  (equal "home: interpreter"
    (linux (with' {
      interpreter = "/opt/python";
    })).programs.local-llm.settings.python
    "/opt/python"
  )
  (equal "home: a package as interpreter"
    (linux (with' {
      interpreter = nixpkgs.legacyPackages.x86_64-linux.python3;
    })).programs.local-llm.settings.python
    (lib.getExe nixpkgs.legacyPackages.x86_64-linux.python3)
  )
  (equal "home: no command"
    (linux (with' {
      command = null;
    })).home.packages
    [ ]
  )

  (refused "home: an unknown option" (settings { explain.windw = "float"; }) [
    "programs.local-llm.settings.explain.windw: no such option; did you mean explain.window?"
  ])
  (refused "home: a wrong type" (settings { history.enabled = "yes"; }) [
    "programs.local-llm.settings.history.enabled: expected true or false"
  ])
  (refused "home: out of bounds" (settings { complete.max_lines = 0; }) [
    "programs.local-llm.settings.complete.max_lines: expected a whole number from 1 to 200"
  ])
  (refused "home: every fault"
    (settings {
      python = 3;
      keys.stop = true;
    })
    [
      "settings.python"
      "settings.keys.stop"
    ]
  )
  (fails "home: settings that are no table" (settings "float").programs.local-llm.settings)
  (refused "home: programs.neovim is off" (linux {
    imports = [ self.homeModules.default ];
    programs.local-llm.enable = true;
  }) [ "programs.neovim.enable" ])

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
