{ local-llm, pkgs, ... }:
{
  imports = [ local-llm.homeModules.default ];

  programs.neovim.enable = true;
  programs.local-llm = {
    enable = true;
    server = {
      enable = true;
      package = pkgs.ollama-vulkan;
      contextTokens = 16384;
    };
  };
}
