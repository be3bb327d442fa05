# The options of programs.local-llm, but for its server.
{ self }:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib) mkOption types;
  cfg = config.programs.local-llm;
  # From the flake and not from `pkgs`, where they are only once the overlay is applied.
  packages = self.packages.${pkgs.stdenv.hostPlatform.system};
in
{
  options.programs.local-llm = {
    enable = lib.mkEnableOption "local-llm.nvim in {option}`programs.neovim`";

    package = mkOption {
      type = types.package;
      default = packages.vim-plugin;
      defaultText = lib.literalExpression "local-llm.packages.\${system}.vim-plugin";
      description = ''
        The plugin. Its file `python-interpreter` names the Python that runs it, so that neither
        `withPython3` nor `:UpdateRemotePlugins` is needed.
      '';
    };

    interpreter = mkOption {
      type = types.nullOr (types.either types.package types.str);
      default = null;
      example = lib.literalExpression "pkgs.python3.withPackages (ps: [ ps.pynvim ps.httpx ... ])";
      description = ''
        Python that runs the plugin instead of the one in `package`: a package with a main program,
        or a path. It has to bring pynvim and the plugin's other Python packages. It is written as
        the option `python`.
      '';
    };

    command = mkOption {
      type = types.nullOr types.package;
      default = packages.local-llm;
      defaultText = lib.literalExpression "local-llm.packages.\${system}.local-llm";
      description = "The program `local-llm`, put on the user's PATH; null = not.";
    };

    settings = mkOption {
      type = types.attrsOf types.anything;
      default = { };
      example = {
        backend.model = "qwen2.5-coder:7b";
        explain.window = "vsplit";
        keys.stop = false;
        guard.deny_paths = [ "customers/" ];
      };
      description = ''
        The options of `setup{}`, by the names that `:help local-llm-options` lists. They are checked
        when the configuration is evaluated: an unknown name, a wrong type or a number out of bounds
        is an error. null is the same as not given. They end in a file that everyone on the machine
        can read; no option holds a secret.
      '';
    };
  };

  config.programs.local-llm.settings.python = lib.mkIf (cfg.interpreter != null) (
    if lib.isDerivation cfg.interpreter then lib.getExe cfg.interpreter else cfg.interpreter
  );
}
