"""Held-out settings that frameworks read, and sessions in cookies; templates by language."""

from __future__ import annotations

# A setting that programs read from the environment, under the name that its framework knows.
ENVIRONMENT = {
    "dotenv": ("@NAME@=@value@", '@NAME@="@value@"'),
    "yaml": (
        "environment:\n  @NAME@: @value@",
        'env:\n  - name: @NAME@\n    value: "@value@"',
        "environment:\n  - @NAME@=@value@",
    ),
    "shell": (
        'export @NAME@="@value@"',
        "heroku config:set @NAME@=@value@",
        "fly secrets set @NAME@=@value@",
    ),
    "dockerfile": ("ENV @NAME@=@value@", 'ARG @NAME@="@value@"'),
    "json": ('"env": {\n  "@NAME@": "@value@"\n}', '"@NAME@": "@value@"'),
    "toml": ('[env]\n@NAME@ = "@value@"',),
    "terraform": ('  environment = { @NAME@ = "@value@" }',),
    "markdown": ("```sh\n@NAME@=@value@ make @verb@\n```",),
}
LARAVEL = {
    "php": (
        "    public array $app = ['key' => '@value@', 'cipher' => 'AES-256-CBC'];",
        "    protected array $settings = ['key' => env('APP_KEY', '@value@')];",
    ),
    "xml": ('<env name="APP_KEY" value="@value@" />',),
}
RAILS = {
    "shell": (
        'echo "@value@" > config/master.key',
        "RAILS_MASTER_KEY=@value@ bin/rails db:migrate",
        "kamal env push RAILS_MASTER_KEY=@value@",
    ),
    "ruby": ("ENV['RAILS_MASTER_KEY'] ||= '@value@'",),
}
FERNET = {
    "python": (
        'FERNET = Fernet(b"@value@")',
        'os.environ["AIRFLOW__CORE__FERNET_KEY"] = "@value@"',
    ),
    "ini": ("[core]\nfernet_key = @value@",),
}

SALTS = {
    "dotenv": ("@NAME@='@value@'", '@NAME@="@value@"'),
    "php": (
        (
            "    public static function salt(): void\n    {\n"
            "        define('@NAME@', '@value@');\n    }"
        ),
        (
            "    public function boot(): void\n    {\n"
            "        Config::define('@NAME@', '@value@');\n    }"
        ),
    ),
    "yaml": ("WORDPRESS_@NAME@: '@value@'", 'environment:\n  WORDPRESS_@NAME@: "@value@"'),
    "shell": ("wp config set @NAME@ '@value@'", "export WORDPRESS_@NAME@='@value@'"),
    "dockerfile": ("ENV WORDPRESS_@NAME@='@value@'",),
}


def cookie(name: str) -> dict[str, tuple[str, ...]]:
    """Give templates with the session that a cookie of this name holds."""
    forms = {
        "shell": (
            "curl --silent --cookie '{}=@value@' https://@host@/@noun@",
            "curl -H 'Cookie: lang=en; {}=@value@' https://@host@/account",
        ),
        "python": (
            'cookies = {"{}": "@value@", "lang": "en"}',
            'session.headers["Cookie"] = "{}=@value@; theme=dark"',
        ),
        "javascript": (
            "document.cookie = '{}=@value@; path=/; secure';",
            "const headers = { Cookie: '{}=@value@' };",
        ),
        "java": ('    private final Cookie session = new Cookie("{}", "@value@");',),
        "ruby": ("page.driver.set_cookie('{}', '@value@')",),
        "json": ('"cookie": "lang=en; {}=@value@; seen=1"',),
        "yaml": ('headers:\n  Cookie: "{}=@value@"',),
        "markdown": ("```\nGET /@noun@ HTTP/1.1\nHost: @host@\nCookie: {}=@value@\n```",),
    }
    return {
        language: tuple(form.replace("{}", name) for form in templates)
        for language, templates in forms.items()
    }
