{ local-llm, ... }:
{
  imports = [ local-llm.homeModules.default ];

  programs.neovim.enable = true;
  programs.local-llm = {
    enable = true;
    settings = {
      backend.model = "qwen2.5-coder:7b";
      explain.window = "vsplit";
      keys.stop = false;
      guard.deny_paths = [ "customers/" ];
    };
  };
}
