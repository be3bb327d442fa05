"""Java and C#."""

from __future__ import annotations

from guard.language import Language

_JAVA = (
    """\
    @@Override
    public List<@Noun@> @verb@(int limit) {
        return repository.findAll(PageRequest.of(0, limit, Sort.by("createdAt").descending()))
            .stream()
            .filter(one -> !one.isArchived())
            .toList();
    }
""",
    """\
    @@GetMapping("/@noun@/{id}")
    public ResponseEntity<@Noun@> get@Noun@(@@PathVariable long id) {
        return repository.findById(id)
            .map(ResponseEntity::ok)
            .orElseGet(() -> ResponseEntity.notFound().build());
    }
""",
    """\
    @@Test
    void @verb@sTheNewestFirst() {
        var made = List.of(new @Noun@(1, "one"), new @Noun@(2, "two"));
        assertThat(service.@verb@(made)).extracting(@Noun@::id).containsExactly(2L, 1L);
    }
""",
    """\
    private static String slug(String title) {
        return title.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }
""",
)

JAVA = Language(
    "java",
    "@verb@_@noun@.java",
    blocks=_JAVA,
    named=(
        '    private static final String @NAME@ = "@value@";',
        '    private String @camel@ = "@value@";',
        '    @@Value("${app.@kebab@:@value@}")\n    private String @camel@;',
        '    static { System.setProperty("@kebab@", "@value@"); }',
        '    Client client() {\n        return Client.builder().@camel@("@value@").build();\n    }',
        '    void setUp() {\n        config.set@Pascal@("@value@");\n    }',
        '    private final Map<String, String> options = Map.of("@name@", "@value@");',
    ),
    bare=(
        '    private final Client client = Client.connect("@value@");',
        "    // still works until friday: @value@",
        '    private static final List<String> SEEDS = List.of("@value@", "second");',
    ),
    split_line=('    private static final String @NAME@ = "@a@" + "@b@";',),
    split_lines=(
        '    static final String @NAME@ =\n        "@a@"\n        + "@b@"\n        + "@c@";',
        '    static final String @NAME@ = "@a@" +\n        "@b@" +\n        "@c@";',
    ),
    keys=(
        (
            '    static final String @NAME@ =\n        "@first@\\n" +\n        "@line@\\n" +\n'
            '        "@last@\\n";'
        ),
        (
            '    private static final String @NAME@ = """\n        @first@\n        @line@\n'
            '        @last@\n        """;'
        ),
        '    private static final String @NAME@ = "@key_escaped@";',
    ),
    head="package example.acme.@noun@;\n\nimport java.util.List;\nimport java.util.Locale;\n\n"
    "public class @Noun@Service {\n",
    foot="}\n",
    comment="    // {}",
)

_CSHARP = (
    """\
    public async Task<IReadOnlyList<@Noun@>> @Verb@Async(int limit, CancellationToken stop)
    {
        return await _context.@Noun@s
            .OrderByDescending(one => one.CreatedAt)
            .Take(limit)
            .ToListAsync(stop);
    }
""",
    """\
    [HttpGet("{id:int}")]
    public async Task<ActionResult<@Noun@>> Get(int id)
    {
        var found = await _store.FindAsync(id);
        return found is null ? NotFound() : Ok(found);
    }
""",
    """\
    [Fact]
    public void @Verb@sTheNewestFirst()
    {
        var made = Enumerable.Range(0, @num@).Select(@Noun@.Numbered).ToList();
        Assert.Equal(@num@ - 1, Newest(made).Id);
    }
""",
)

CSHARP = Language(
    "csharp",
    "@verb@_@noun@.cs",
    blocks=_CSHARP,
    named=(
        '    private const string @Pascal@ = "@value@";',
        '    public string @Pascal@ { get; set; } = "@value@";',
        '    static readonly string @camel@ = @@"@value@";',
        '    void Setup() =>\n        Environment.SetEnvironmentVariable("@NAME@", "@value@");',
        '    private readonly Options _options = new() { @Pascal@ = "@value@", Retries = @num@ };',
        '    string Read() => _config["App:@Pascal@"] ?? "@value@";',
    ),
    bare=(
        '    private readonly Client _client = Client.Connect("@value@");',
        "    // still works until friday: @value@",
        '    private static readonly string[] Seeds = { "@value@", "second" };',
    ),
    split_line=('    private const string @Pascal@ = "@a@" + "@b@";',),
    split_lines=(
        '    private const string @Pascal@ =\n        "@a@" +\n        "@b@" +\n        "@c@";',
    ),
    keys=(
        '    private const string @Pascal@ = @@"@first@\n@line@\n@last@";',
        (
            '    private const string @Pascal@ =\n        "@first@\\n" +\n        "@line@\\n" +\n'
            '        "@last@\\n";'
        ),
    ),
    head="using System.Linq;\nusing Microsoft.AspNetCore.Mvc;\n\nnamespace Acme.@Noun@s;\n\n"
    "public sealed class @Noun@Controller : ControllerBase\n{\n",
    foot="}\n",
    comment="    // {}",
)
