{ pkgs, local-llm, ... }:
{
  imports = [ local-llm.nixosModules.default ];

  # The model server, on 127.0.0.1, and a model for it.
  services.local-llm = {
    enable = true;
    models = [ "qwen2.5-coder:7b" ];
  };

  # Neovim with the plugin.
  environment.systemPackages = [
    (pkgs.neovim.override {
      configure.packages.local-llm.start = [
        local-llm.packages.${pkgs.stdenv.hostPlatform.system}.vim-plugin
      ];
    })
  ];
}
