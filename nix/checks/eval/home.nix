# programs.local-llm, with the options of Home Manager that it sets.
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

  inherit (import ./home-systems.nix { inherit self nixpkgs; }) linux with';

  settings =
    values:
    linux (with' {
      settings = values;
    });
  lua = config: (lib.head config.programs.neovim.plugins).config;

  example = linux ../../examples/home.nix;
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
]
