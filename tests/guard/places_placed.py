"""Where secrets stand that have a place of their own; templates by language."""

from __future__ import annotations

from guard.strings import in_strings

JDBC = in_strings(
    "jdbc:postgresql://@host@:5432/@noun@?user=@noun@&password=@value@&ssl=true", "xml"
)
ADO = in_strings(
    "Server=tcp:@host@,1433;Database=@noun@;User Id=@noun@;Password=@value@;Encrypt=True;"
)

BEARER = {
    "shell": (
        'curl -H "Authorization: Bearer @value@" https://@host@/v1/@noun@',
        (
            "curl -fsS -X POST https://@host@/@noun@ \\\n"
            "  -H 'Authorization: Bearer @value@' \\\n  -H 'Accept: application/json'"
        ),
    ),
    "python": (
        'HEADERS = {"Authorization": "Bearer @value@", "Accept": "application/json"}',
        'requests.get(URL, headers={"Authorization": "Bearer @value@"}, timeout=@num@)',
    ),
    "javascript": (
        "const headers = { Authorization: 'Bearer @value@' };",
        "axios.defaults.headers.common['Authorization'] = 'Bearer @value@';",
    ),
    "typescript": (
        "export const @noun@Headers: HeadersInit = { Authorization: `Bearer @value@` };",
    ),
    "go": (
        'func @camel@(req *http.Request) {\n\treq.Header.Set("Authorization", "Bearer @value@")\n}',
    ),
    "java": (
        (
            "    HttpRequest @noun@Request() {\n        return HttpRequest.newBuilder(base)\n"
            '            .header("Authorization", "Bearer @value@")\n            .build();\n    }'
        ),
    ),
    "csharp": (
        (
            "    private void @Pascal@(HttpClient http) =>\n"
            '        http.DefaultRequestHeaders.Add("Authorization", "Bearer @value@");'
        ),
    ),
    "php": (
        "    private array $headers = ['Authorization' => 'Bearer @value@'];",
        (
            "    private array $@noun@Options = [CURLOPT_HTTPHEADER =>\n"
            "        ['Authorization: Bearer @value@']];"
        ),
    ),
    "ruby": ("request['Authorization'] = 'Bearer @value@'",),
    "rust": (
        (
            "fn @name@(req: RequestBuilder) -> RequestBuilder {\n"
            '    req.header("Authorization", "Bearer @value@")\n}'
        ),
    ),
    "yaml": ('headers:\n  - name: Authorization\n    value: "Bearer @value@"',),
    "json": ('"headers": { "Authorization": "Bearer @value@" }',),
    "markdown": ("```http\nGET /v1/@noun@ HTTP/1.1\nAuthorization: Bearer @value@\n```",),
}

BASIC = {
    "shell": ('curl -H "Authorization: Basic @value@" https://@host@/@noun@',),
    "python": ('session.headers.update({"Authorization": "Basic @value@"})',),
    "javascript": ("const opts = { headers: { authorization: 'Basic @value@' } };",),
    "typescript": ("http.defaults.headers['Authorization'] = 'Basic @value@';",),
    "go": ('var @noun@Header = http.Header{"Authorization": {"Basic @value@"}}',),
    "java": ('    static final String AUTHORIZATION = "Basic @value@";',),
    "ruby": ("headers = { 'Authorization' => 'Basic @value@' }",),
    "yaml": ("Authorization: Basic @value@",),
    "json": ('"Authorization": "Basic @value@"',),
    "markdown": ("```\nAuthorization: Basic @value@\nHost: @host@\n```",),
}

TOKEN_HEADER = {
    "shell": (
        "curl --header 'PRIVATE-TOKEN: @value@' https://@host@/api/v4/projects",
        'curl -H "Authorization: token @value@" https://@host@/repos',
        'curl -H "X-Api-Key: @value@" https://@host@/v1/@noun@',
    ),
    "python": (
        'headers = {"X-Auth-Token": "@value@"}',
        'request.add_header("Authorization", "Token @value@")',
    ),
    "javascript": ("fetch(url, { headers: { 'X-Api-Key': '@value@' } });",),
    "go": ('func @camel@(h http.Header) { h.Set("X-Vault-Token", "@value@") }',),
    "ruby": ("http.headers['X-Auth-Token'] = '@value@'",),
    "php": ("    private array $headers = ['X-Api-Key: @value@'];",),
    "json": ('"X-Api-Key": "@value@"',),
    "yaml": ('X-Auth-Token: "@value@"',),
    "markdown": ("    Authorization: Token @value@",),
}

CURL_USER = {
    "shell": (
        "curl -u @noun@:@value@ https://@host@/@noun@",
        'curl --user "@noun@:@value@" -T @noun@.tar.gz https://@host@/upload/',
        "wget --user=@noun@ --password=@value@ https://@host@/@noun@.zip",
    ),
    "dockerfile": ("RUN curl -fsSL -u @noun@:@value@ https://@host@/@noun@.tgz | tar -xz",),
    "yaml": ("script:\n  - curl -u @noun@:@value@ https://@host@/deploy",),
    "markdown": ("```console\n$ curl -u @noun@:@value@ https://@host@/@noun@\n```",),
}

FLAGS = {
    "shell": (
        "mysql --host=@host@ --user=@noun@ --password=@value@ @noun@ < dump.sql",
        'docker login -u @noun@ -p "@value@" @host@',
        "@verb@ --api-key @value@ --output @noun@.json",
        "redis-cli -h @host@ --pass @value@ ping",
        "PGPASSWORD=@value@ psql -h @host@ -U @noun@",
        "helm upgrade @noun@ ./chart --set auth.password=@value@",
        "sshpass -p '@value@' scp @noun@.tgz @noun@@@@host@:/srv",
        "echo '@value@' | docker login @host@ -u @noun@ --password-stdin",
    ),
    "yaml": (
        'command: ["redis-server", "--requirepass", "@value@"]',
        "args:\n  - --db-password=@value@\n  - --verbose",
    ),
    "dockerfile": ("RUN @verb@ --token=@value@ --yes", 'CMD ["server", "--password", "@value@"]'),
    "python": ('subprocess.run(["mysql", "-u", "@noun@", "--password=@value@"], check=True)',),
    "markdown": ("```sh\nmongosh --username @noun@ --password @value@\n```",),
}

DOCKER_ENV = {
    "dockerfile": (
        "ENV @NAME@=@value@",
        "ENV @NAME@ @value@",
        "ARG @NAME@=@value@",
        'ENV APP_MODE=prod \\\n    @NAME@="@value@" \\\n    APP_PORT=8080',
        "RUN @NAME@=@value@ ./configure.sh",
    ),
}
DOCKER_AUTH = {
    "json": ('"auths": {\n  "https://index.docker.io/v1/": {\n    "auth": "@value@"\n  }\n}',),
    "yaml": ("auths:\n  registry.@host@:\n    auth: @value@",),
    "ini": ("//npm.@host@/:_auth=@value@", "_auth = @value@"),
}
K8S = {
    "yaml": (
        (
            "---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: @noun@-db\ntype: Opaque\n"
            "data:\n  password: @value@"
        ),
        "---\nkind: Secret\napiVersion: v1\ndata:\n  api-key: @value@\nmetadata:\n  name: @noun@",
    ),
    "json": ('"kind": "Secret",\n"data": {\n  "password": "@value@"\n}',),
}
NETRC = {
    "netrc": (
        "machine @host@ login @noun@ password @value@",
        "machine @host@\n  login @noun@\n  password @value@",
        "default\nlogin anonymous\npassword @value@",
    ),
}
PGPASS = {"pgpass": ("@host@:5432:@noun@:@noun@:@value@", "*:*:@noun@:@noun@:@value@")}
XML = {
    "xml": (
        "<password>@value@</password>",
        '<bean id="@noun@">\n  <property name="password" value="@value@" />\n</bean>',
        '<user username="@noun@" password="@value@" roles="manager" />',
        '<add key="ApiSecret" value="@value@" />',
        (
            "<server>\n  <id>@noun@</id>\n  <username>@noun@</username>\n"
            "  <password>@value@</password>\n</server>"
        ),
        '<setting name="ClientSecret">@value@</setting>',
    ),
}
