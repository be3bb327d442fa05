"""Where secrets of `kinds_later` stand that have a place of their own, by language."""

from __future__ import annotations

_MODULE = "org.apache.kafka.common.security.scram.ScramLoginModule"
_JAAS = f'{_MODULE} required username="@noun@" password="@value@";'
_JAAS_ESCAPED = _JAAS.replace('"', '\\"')
KAFKA = {
    "ini": (f"sasl.jaas.config={_JAAS}", f"consumer.sasl.jaas.config = {_JAAS}"),
    "yaml": (f"sasl.jaas.config: '{_JAAS}'", f"properties:\n  sasl.jaas.config: >-\n    {_JAAS}"),
    "java": (f'    void jaas(Properties p) {{ p.put("sasl.jaas.config", "{_JAAS_ESCAPED}"); }}',),
    "json": (f'"consumer.override.sasl.jaas.config": "{_JAAS_ESCAPED}"',),
    "shell": (f"cat > client.properties <<'EOF'\nsasl.jaas.config={_JAAS}\nEOF",),
    "dotenv": (f"CONNECT_SASL_JAAS_CONFIG='{_JAAS}'",),
    "dockerfile": (f"ENV KAFKA_SASL_JAAS_CONFIG='{_JAAS}'",),
    "python": (
        'consumer = KafkaConsumer(sasl_plain_username="@noun@", sasl_plain_password="@value@")',
    ),
}

ANSIBLE = {
    "ini": (
        "@noun@01 ansible_host=10.0.0.@num@ ansible_user=deploy ansible_ssh_pass=@value@",
        "[@noun@:vars]\nansible_become=yes\nansible_become_pass=@value@",
        "@noun@-sw1 ansible_network_os=ios ansible_user=admin ansible_password=@value@",
    ),
    "yaml": (
        "ansible_become_password: @value@",
        'ansible_user: deploy\nansible_password: "@value@"',
        "hosts:\n  @noun@01:\n    ansible_host: 10.0.0.@num@\n    ansible_ssh_pass: '@value@'",
    ),
    "shell": (
        "ansible-playbook -i hosts site.yml -e 'ansible_become_pass=@value@'",
        'ansible all -m ping --extra-vars "ansible_ssh_pass=@value@"',
    ),
    "json": ('"vars": {\n  "ansible_user": "deploy",\n  "ansible_become_pass": "@value@"\n}',),
    "markdown": ("```ini\n@noun@01 ansible_user=root ansible_ssh_pass=@value@\n```",),
}

WIREGUARD = {
    "ini": (
        "[Interface]\nPrivateKey = @value@\nAddress = 10.8.0.@num@/24\nListenPort = 51820",
        "[Peer]\nAllowedIPs = 10.8.0.@num@/32\nPresharedKey = @value@",
    ),
    "shell": (
        'wg set wg0 private-key <(echo "@value@")',
        "cat > /etc/wireguard/wg0.conf <<EOF\n[Interface]\nPrivateKey = @value@\nEOF",
    ),
    "yaml": (
        "tunnels:\n  wg0:\n    mode: wireguard\n    key: @value@",
        'WIREGUARD_PRIVATE_KEY: "@value@"',
    ),
    "markdown": ("```ini\n[Interface]\nPrivateKey = @value@\nDNS = 10.8.0.1\n```",),
    "json": ('"outbounds": [\n  { "protocol": "wireguard", "private_key": "@value@" }\n]',),
    "dotenv": ("WIREGUARD_PRIVATE_KEY=@value@", "WIREGUARD_PRESHARED_KEY=@value@"),
    "toml": ('[interface]\nprivate_key = "@value@"\nlisten_port = 51820',),
}

KUBECONFIG = {
    "yaml": (
        "users:\n- name: @noun@\n  user:\n    client-key-data: @value@",
        "- name: admin@@acme\n  user:\n    client-key-data: @value@",
    ),
    "json": ('"users": [\n  { "name": "@noun@", "user": { "client-key-data": "@value@" } }\n]',),
    "shell": ("kubectl config set users.@noun@.client-key-data @value@",),
    "terraform": ('  client_key = base64decode("@value@")',),
    "markdown": ("```yaml\nuser:\n  client-key-data: @value@\n```",),
}

TSIG = {
    "shell": (
        "nsupdate -y hmac-sha256:acme-key:@value@ < @noun@.txt",
        (
            'cat > update.key <<EOF\nkey "acme" {\n  algorithm hmac-sha256;\n'
            '  secret "@value@";\n};\nEOF'
        ),
        "dig @@10.0.0.1 acme.example AXFR -y hmac-sha256:transfer:@value@",
    ),
    "yaml": (
        "args:\n  - --rfc2136-tsig-keyname=acme\n  - --rfc2136-tsig-secret=@value@",
        "tsigSecret: @value@",
    ),
    "ini": ("dns_rfc2136_name = acme.\ndns_rfc2136_secret = @value@",),
    "terraform": (
        '  key_name = "acme."\n  key_algorithm = "hmac-sha256"\n  key_secret = "@value@"',
    ),
    "python": ('KEYRING = dns.tsigkeyring.from_text({"acme-key.": "@value@"})',),
    "markdown": ('```\nkey "transfer" { algorithm hmac-sha256; secret "@value@"; };\n```',),
    "dotenv": ("RFC2136_TSIG_SECRET=@value@",),
}

_BIND_DN = "cn=@noun@,ou=apps,dc=acme,dc=example"
LDAP = {
    "ini": (
        f"ldap_default_bind_dn = {_BIND_DN}\nldap_default_authtok = @value@",
        f"binddn {_BIND_DN}\nbindpw @value@",
    ),
    "yaml": (
        f"bindDN: {_BIND_DN}\nbindPW: '@value@'",
        f'ldap:\n  managerDn: {_BIND_DN}\n  managerPassword: "@value@"',
    ),
    "toml": (f"bind_dn = \"{_BIND_DN}\"\nbind_password = '@value@'",),
    "python": (f'AUTH_LDAP_BIND_DN = "{_BIND_DN}"\nAUTH_LDAP_BIND_PASSWORD = "@value@"',),
    "shell": (f"ldapsearch -x -D '{_BIND_DN}' -w '@value@' -b dc=acme,dc=example uid=@noun@",),
    "ruby": (f"auth = {{ method: :simple, username: '{_BIND_DN}', password: '@value@' }}",),
    "java": (
        (
            "    void env(Hashtable<String, String> env) {\n"
            '        env.put(Context.SECURITY_CREDENTIALS, "@value@");\n    }'
        ),
    ),
    "php": (
        (
            "    public function open(): bool\n    {\n"
            f"        return ldap_bind($this->link, '{_BIND_DN}', '@value@');\n    }}"
        ),
    ),
    "xml": (f'<ldap manager-dn="{_BIND_DN}" manager-password="@value@" />',),
    "dotenv": ("LDAP_BIND_PASSWORD='@value@'", 'LDAP_ADMIN_BIND_PW="@value@"'),
}
