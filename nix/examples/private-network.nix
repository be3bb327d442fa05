{
  services.local-llm = {
    enable = true;
    # This machine's address in the private network.
    host = "10.100.0.1";
    exposeToNetwork = true;
  };

  # The port, on that network's interface and on no other.
  networking.firewall.interfaces.wg0.allowedTCPPorts = [ 11434 ];
}
