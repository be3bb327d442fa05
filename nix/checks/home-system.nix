# programs.local-llm with the options of Home Manager that it sets. Home Manager is no input of the
# flake; `config` of a plugin and the sections of a unit have its types.
{
  nixpkgs,
  pkgs,
  local-llm,
}:
let
  inherit (nixpkgs) lib;
  inherit (lib) mkOption types;
  plugin = types.submodule {
    options = {
      plugin = mkOption { type = types.package; };
      type = mkOption { type = types.str; };
      config = mkOption { type = types.nullOr types.lines; };
    };
  };
  units = mkOption {
    type = types.attrsOf (types.attrsOf (types.attrsOf types.anything));
    default = { };
  };
  agent = types.submodule {
    options = {
      enable = lib.mkEnableOption "the agent";
      config = mkOption { type = types.attrsOf types.anything; };
    };
  };

  surroundings = {
    options = {
      home.packages = mkOption {
        type = types.listOf types.package;
        default = [ ];
      };
      launchd.agents = mkOption {
        type = types.attrsOf agent;
        default = { };
      };
      programs.neovim = {
        enable = lib.mkEnableOption "Neovim";
        plugins = mkOption {
          type = types.listOf (types.either types.package plugin);
          default = [ ];
        };
      };
      services.ollama.enable = lib.mkEnableOption "Home Manager's own Ollama";
      systemd.user.services = units;
    };
    config._module.args = { inherit pkgs; };
  };
in
configuration:
lib.evalModules {
  specialArgs = { inherit local-llm; };
  modules = [
    (nixpkgs.outPath + "/nixos/modules/misc/assertions.nix")
    surroundings
    configuration
  ];
}
