{
  # The model server stays on 127.0.0.1.
  services.local-llm.enable = true;

  services.nginx = {
    enable = true;
    # The file has a line for each key, readable for nginx only:
    #   "Bearer 4f0c..." 1;
    appendHttpConfig = ''
      map $http_authorization $llm_key_known {
        default 0;
        include /var/lib/secrets/llm-keys.conf;
      }
    '';
    virtualHosts."llm.example.org" = {
      enableACME = true;
      forceSSL = true;
      locations."/" = {
        proxyPass = "http://127.0.0.1:11434";
        extraConfig = ''
          if ($llm_key_known = 0) {
            return 401;
          }
          # Ollama answers to names of its own machine only.
          proxy_set_header Host localhost;
          proxy_set_header Authorization "";
          # Answers arrive word by word, after minutes of silence at times.
          proxy_buffering off;
          proxy_read_timeout 15m;
        '';
      };
    };
  };

  security.acme = {
    acceptTerms = true;
    defaults.email = "you@example.org";
  };
  # 80 is for the certificate, and forwards to 443.
  networking.firewall.interfaces.eth0.allowedTCPPorts = [
    80
    443
  ];
}
