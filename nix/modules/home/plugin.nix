# The plugin and its options, in Home Manager's programs.neovim.
{ config, lib, ... }:
let
  cfg = config.programs.local-llm;
  schema = import ../../schema.nix { inherit lib; };
in
{
  config = lib.mkIf cfg.enable {
    programs.neovim.plugins = [
      {
        plugin = cfg.package;
        type = "lua";
        config = ''
          require("local_llm").setup(${lib.generators.toLua { } (schema.given cfg.settings)})
        '';
      }
    ];

    home.packages = lib.optional (cfg.command != null) cfg.command;

    assertions = [
      {
        assertion = config.programs.neovim.enable;
        message = ''
          programs.local-llm adds a plugin to programs.neovim, which is off. Set
          programs.neovim.enable = true, or add the plugin to your own Neovim as doc/nixos.md says.
        '';
      }
    ]
    ++ map (error: {
      assertion = false;
      message = "programs.local-llm.settings.${error}";
    }) (schema.errors cfg.settings);
  };
}
