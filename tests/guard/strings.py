"""One text in the string syntax of many languages, for what is secret only in part."""

from __future__ import annotations

_SYNTAX = {
    "python": ('@NAME@ = "{}"', "engine = connect('{}', timeout=5)", 'call("{}", retries=@num@)'),
    "javascript": ("const @camel@ = '{}';", "await open(`{}`, { retries: @num@ });"),
    "typescript": ("export const @camel@: string = '{}';",),
    "go": ('const @camel@ = "{}"', "var @camel@ = `{}`"),
    "rust": ('const @NAME@: &str = "{}";',),
    "ruby": ("@NAME@ = '{}'.freeze", '@noun@ = Client.new("{}")'),
    "java": ('    private static final String @NAME@ = "{}";',),
    "php": ("    private string $@camel@ = '{}';",),
    "csharp": ('    private const string @Pascal@ = "{}";',),
    "cpp": ('static const char *k@Pascal@ = "{}";',),
    "shell": ('export @NAME@="{}"', "@verb@ --url '{}' --limit @num@"),
    "yaml": ("@name@: {}", '@name@: "{}"', "  - {}"),
    "json": ('"@camel@": "{}"', '"@NAME@": "{}"'),
    "toml": ('@name@ = "{}"',),
    "terraform": ('  @name@ = "{}"',),
    "dockerfile": ("ENV @NAME@={}", 'ENV @NAME@="{}"'),
    "ini": ("@name@ = {}", "@kebab@={}"),
    "dotenv": ("@NAME@={}", '@NAME@="{}"'),
    "xml": ("<@kebab@>{}</@kebab@>", '<property name="@camel@" value="{}" />'),
    "markdown": ("Set `@NAME@` to `{}`.", "```sh\nexport @NAME@={}\n```"),
}


def in_strings(text: str, *but: str) -> dict[str, tuple[str, ...]]:
    """Give templates by language with `text`, itself a template, as a string; none in `but`."""
    return {
        language: tuple(form.replace("{}", text) for form in forms)
        for language, forms in _SYNTAX.items()
        if language not in but
    }
