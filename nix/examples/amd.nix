{
  services.local-llm = {
    enable = true;
    gpu = "amd";
  };

  # Only for a card that ROCm does not know by itself; here one of the RX 5000 series.
  services.ollama.rocmOverrideGfx = "10.1.0";
}
