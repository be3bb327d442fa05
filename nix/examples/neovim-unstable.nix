{ pkgs, local-llm, ... }:
{
  environment.systemPackages = [
    (pkgs.wrapNeovimUnstable pkgs.neovim-unwrapped {
      # Your ~/.config/nvim/init.lua stays in charge, and calls setup{} if you want options.
      wrapRc = false;
      plugins = [
        local-llm.packages.${pkgs.stdenv.hostPlatform.system}.vim-plugin
      ];
    })
  ];
}
