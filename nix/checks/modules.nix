# The modules, as far as a build can look at them.
{
  self,
  nixpkgs,
  system,
  pkgs,
}:
let
  inherit (nixpkgs) lib;

  faults = lib.filterAttrs (_: check: !check.ok) self.lib.evalChecks;
  report = lib.concatStrings (lib.mapAttrsToList (name: check: "${name}: ${check.message}\n") faults);

  # What Home Manager puts into init.lua, from the example.
  home =
    (import ./home-system.nix {
      inherit nixpkgs pkgs;
      local-llm = self;
    } ../examples/home.nix).config;
  added = lib.head home.programs.neovim.plugins;

  units = pkgs.linkFarm "local-llm-units" (
    lib.mapAttrs (name: text: builtins.toFile name text) self.lib.units
  );
in
{
  # All of nix/checks/eval.nix.
  evaluation =
    pkgs.runCommand "local-llm-evaluation"
      {
        inherit report;
        passAsFile = [ "report" ];
      }
      ''
        cat $reportPath
        test ! -s $reportPath
        touch $out
      '';

  # The options as Lua are taken by a real editor without a word.
  home-options =
    pkgs.runCommand "local-llm-home-options"
      {
        nativeBuildInputs = [ pkgs.neovim-unwrapped ];
        init = added.config;
        passAsFile = [ "init" ];
      }
      ''
        export HOME=$TMPDIR
        cp $initPath init.lua
        nvim --headless --cmd 'set runtimepath^=${added.plugin}' -u init.lua -c 'qall!' 2> said
        cat said
        test ! -s said
        touch $out
      '';
}
// lib.optionalAttrs pkgs.stdenv.hostPlatform.isLinux {
  units = pkgs.runCommand "local-llm-units-verified" { nativeBuildInputs = [ pkgs.systemd ]; } ''
    export HOME=$TMPDIR XDG_RUNTIME_DIR=$TMPDIR
    for unit in ${units}/*.service; do
      systemd-analyze verify --man=no $unit
    done
    systemd-analyze security --offline=true --threshold=20 ${units}/llamafile.service
    touch $out
  '';
}
