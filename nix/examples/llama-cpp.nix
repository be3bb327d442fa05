{
  services.local-llm = {
    enable = true;
    server = "llama-cpp";
    gpu = "vulkan";
    modelFile = "/var/lib/models/qwen2.5-coder-7b-q4_k_m.gguf";
    contextTokens = 16384;
  };
}
