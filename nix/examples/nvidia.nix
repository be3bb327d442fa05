{
  services.local-llm = {
    enable = true;
    gpu = "nvidia";
    models = [ "qwen2.5-coder:7b" ];
    contextTokens = 16384;
  };

  # true for Turing (GTX 16, RTX 20) and newer, false for older cards.
  hardware.nvidia.open = true;
  # The driver and CUDA.
  nixpkgs.config.allowUnfree = true;
}
