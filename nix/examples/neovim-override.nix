{ pkgs, local-llm, ... }:
{
  environment.systemPackages = [
    (pkgs.neovim.override {
      configure = {
        packages.mine.start = [
          local-llm.packages.${pkgs.stdenv.hostPlatform.system}.vim-plugin
        ];
        # This editor does not read ~/.config/nvim/init.lua by itself.
        customLuaRC = ''
          require("local_llm").setup({ explain = { window = "vsplit" } })
        '';
      };
    })
  ];
}
